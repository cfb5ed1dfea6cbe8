import { useSignal } from '@preact/signals'
import { byId, usePagedList } from '../use-paged-list'
import { type MonitorFilters, monitorParams, monitorSearchOf } from './filters'
import { applyToMonitors } from './live-monitors'
import { type MonitorCounts, type MonitorNews, monitorNewsIn, NO_COUNTS } from './monitor-news'

/** About two windows; the rest is read while somebody scrolls. */
const PAGE_SIZE = 100
/** Minimum time between two refreshes after events that are incomplete. */
const REFRESH_MS = 2_000
/** Polling interval; names, targets and labels change without events. */
const POLL_MS = 15_000

/** The monitors that match the filters and their counts by status, kept up to date by tenant events. */
export function useMonitors(filters: MonitorFilters) {
  const counts = useSignal<MonitorCounts | null>(null)
  const list = usePagedList<'/api/monitors', MonitorNews>('/api/monitors', {
    params: monitorParams(filters),
    name: monitorSearchOf(filters),
    idOf: byId,
    pageSize: PAGE_SIZE,
    pollMs: POLL_MS,
    isSame: (known, read) => JSON.stringify(known) === JSON.stringify(read),
    onFirstPage: page => (counts.value = page.counts),
    live: {
      topic: 'events',
      pick: monitorNewsIn,
      apply(monitors, news) {
        const next = applyToMonitors({ monitors, counts: counts.peek() ?? NO_COUNTS }, news)
        counts.value = next.counts
        return { items: next.monitors, stale: next.isIncomplete ? monitors.length || 1 : 0 }
      },
      refreshMs: REFRESH_MS,
    },
  })
  return { list, counts }
}
