import { computed, signal } from '@preact/signals'
import type { IncidentNews } from './live-incidents'
import { type Counts, countsAfter } from './open-counts'

/** As the server counted them last, and when. */
const counted = signal<{ at: string; counts: Counts } | null>(null)
/** What has happened since, the oldest first. */
const since = signal<readonly IncidentNews[]>([])
/** More are counted by the server soon. */
const NEWS_MAX = 2_000

/** Takes what the server has counted; it does so every 10 s. */
export function noteCounts(at: string, counts: Counts): void {
  counted.value = { at, counts }
  since.value = since.peek().filter(news => news.at > at)
}

/** Takes an event, by which the counts are right until the server counts again. */
export function noteNews(news: IncidentNews): void {
  if (news.at > (counted.peek()?.at ?? '')) since.value = [...since.peek(), news].slice(-NEWS_MAX)
}

/** Incidents that are not resolved, by status; null until they are known. */
export const incidentCounts = computed<Counts | null>(() =>
  counted.value ? countsAfter(counted.value.counts, since.value) : null,
)
