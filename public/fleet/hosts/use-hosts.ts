import { useSignal } from '@preact/signals'
import type { HostCounts } from '../../../src/contract/hosts'
import { byId, usePagedList } from '../../use-paged-list'
import { type HostFilters, hostParams, hostSearchOf } from './filters'
import { applyToHosts, type HostEvent, isHostEvent } from './live-hosts'

const PAGE_SIZE = 100
/** Minimum time between two refreshes after events that are incomplete. */
const REFRESH_MS = 3_000
/** Polling interval; labels and last-seen times change without events. */
const INTERVAL_MS = 10_000
const NO_COUNTS: HostCounts = { online: 0, offline: 0, missing: 0 }

/** The hosts that match the filters and their counts by status, kept up to date by tenant events. */
export function useHosts(filters: HostFilters) {
  const counts = useSignal<HostCounts | null>(null)
  const list = usePagedList<'/api/hosts', HostEvent>('/api/hosts', {
    params: hostParams(filters),
    name: hostSearchOf(filters),
    idOf: byId,
    pageSize: PAGE_SIZE,
    pollMs: INTERVAL_MS,
    onFirstPage: page => (counts.value = page.counts),
    live: {
      topic: 'events',
      pick: event => (isHostEvent(event) ? (event.data as HostEvent) : undefined),
      apply(hosts, events) {
        const next = applyToHosts({ hosts, counts: counts.peek() ?? NO_COUNTS }, events)
        counts.value = next.counts
        return { items: next.hosts, stale: next.isIncomplete ? hosts.length || 1 : 0 }
      },
      refreshMs: REFRESH_MS,
    },
  })
  return { list, counts }
}
