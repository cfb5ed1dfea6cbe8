import { useEffect } from 'preact/hooks'
import type { Query } from '../../../src/contract/queries'
import { usePagedList } from '../../use-paged-list'
import { useThrottle } from '../../use-throttle'
import type { QueryResult } from '../query-result'
import { applyResults, isSameTarget } from './target-host'
import type { View } from './view'

const PAGE_SIZE = 100
/** Minimum time between two refreshes while answers arrive. */
const REFRESH_MS = 1_000

/** The target hosts of a query that match a view, by name. */
export function useTargetHosts(query: Query, { state, q }: Pick<View, 'state' | 'q'>) {
  const list = usePagedList('/api/queries/{id}/hosts', {
    params: { id: query.id, ...(state && { state }), ...(q && { q }) },
    idOf: host => host.host_id,
    isSame: isSameTarget,
    pageSize: PAGE_SIZE,
    live: {
      topic: `query:${query.id}`,
      pick: ({ type, data }) => (type === 'query_result' ? (data as QueryResult) : undefined),
      apply: (hosts, results) => ({ items: applyResults(hosts, results), stale: 0 }),
      refreshMs: REFRESH_MS,
    },
  })
  const refreshSoon = useThrottle(REFRESH_MS, () => void list.refresh(), list)
  const counts = JSON.stringify(query.counts)
  useEffect(refreshSoon, [counts])
  return list
}
