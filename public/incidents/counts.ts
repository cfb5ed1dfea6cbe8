import { computed, signal } from '@preact/signals'
import type { IncidentStatus } from '../../src/contract/incidents'
import type { IncidentNews } from './live-incidents'

type Counts = Readonly<Record<Exclude<IncidentStatus, 'resolved'>, number>>

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

/** The counts after some news. An incident that was not heard of before was open. */
export function countsAfter(counts: Counts, news: readonly IncidentNews[]): Counts {
  const next: Record<IncidentStatus, number> = { ...counts, resolved: 0 }
  const known = new Map<string, IncidentStatus>()
  for (const { type, id, status } of news) {
    const was = known.get(id) ?? (type === 'incident_created' ? undefined : 'open')
    known.set(id, status)
    if (was !== undefined) next[was] = Math.max(0, next[was] - 1)
    next[status] += 1
  }
  const { open, muted, acknowledged } = next
  return { open, muted, acknowledged }
}
