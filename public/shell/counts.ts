import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { PageName } from '../../src/contract/pages'
import type { StatsUpdatedEvent } from '../../src/contract/stats'
import { incidentCounts, noteCounts, noteNews } from '../incidents/counts'
import { incidentNewsIn } from '../incidents/live-incidents'
import { watch } from '../live'

/** The latest figures of the tenant; null until they are known. */
export const stats = signal<StatsUpdatedEvent | null>(null)

/** Keeps the counts of the sidebar up to date: the server announces them every 10 s, and the latest at once. */
export function useCounts(): void {
  useEffect(
    () =>
      watch('events', {
        onEvent(event) {
          const news = incidentNewsIn(event)
          if (news) noteNews(news)
          if (event.type !== 'stats_updated') return
          const { timestamp, data } = event.data as { timestamp: string; data: StatsUpdatedEvent }
          stats.value = data
          noteCounts(timestamp, data.incidents)
        },
      }),
    [],
  )
}

interface Count {
  value: number
  /** For the tooltip and screen readers: `3 running`. */
  unit: string
}

/** What the entry of a page counts; undefined when that is nothing, or not known yet. */
export function countOf(page: PageName): Count | undefined {
  if (page === 'incidents') return incidentCounts.value ? { value: incidentCounts.value.open, unit: 'open' } : undefined
  const now = stats.value
  if (!now) return undefined
  if (page === 'jobs') return { value: now.jobs.running, unit: 'running' }
  if (page === 'queues') return { value: now.jobs.pending, unit: 'waiting' }
  if (page === 'hosts') return { value: now.hosts.online, unit: 'online' }
  if (page === 'queries') return { value: now.queries.running, unit: 'running' }
  return undefined
}
