import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { PageName } from '../../src/contract/pages'
import type { StatsUpdatedEvent } from '../../src/contract/stats'
import { incidentCounts, noteCounts, noteNews } from '../incidents/counts'
import { incidentNewsIn } from '../incidents/live-incidents'
import { watch } from '../live'
import { countsAfter, type MonitorNews, monitorNewsIn } from '../monitors/monitor-news'

/** The latest figures of the tenant; null until they are known. */
export const stats = signal<StatsUpdatedEvent | null>(null)

/** When the server counted. */
let countedAt = ''

/** Until the server counts again, its counts change with the events after it. */
function noteMonitor(news: MonitorNews, at: string) {
  const now = stats.peek()
  if (now?.monitors && at > countedAt) stats.value = { ...now, monitors: countsAfter(now.monitors, news) }
}

/** Keeps the counts of the sidebar up to date: the server announces them every 10 s, and the latest at once. */
export function useCounts(): void {
  useEffect(
    () =>
      watch('events', {
        onEvent(event) {
          const news = incidentNewsIn(event)
          if (news) noteNews(news)
          const changed = monitorNewsIn(event)
          if (changed) noteMonitor(changed, (event.data as { timestamp: string }).timestamp)
          if (event.type !== 'stats_updated') return
          const { timestamp, data } = event.data as { timestamp: string; data: StatsUpdatedEvent }
          stats.value = data
          countedAt = timestamp
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
  if (page === 'monitors' && now.monitors) return { value: now.monitors.down, unit: 'down' }
  return undefined
}
