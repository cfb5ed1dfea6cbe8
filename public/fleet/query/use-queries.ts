import type { JobEvent } from '../../../src/contract/jobs'
import { isOldestFirst, orderParam } from '../../created-order'
import { byId, usePagedList } from '../../use-paged-list'

/** Minimum time between two refreshes while answers arrive. */
const REFRESH_MS = 1_000

export const QUERY_FILTERS = ['status', 'q', 'host_id'] as const
export type QueryFilters = Record<(typeof QUERY_FILTERS)[number], string>

/** The queries that match, in the order of the URL. Tenant events that report a change refresh the list. */
export function useQueries(filters: QueryFilters) {
  const given = Object.entries(filters).filter(([, value]) => value !== '')
  return usePagedList('/api/queries', {
    params: { ...Object.fromEntries(given), ...orderParam(isOldestFirst.value) },
    idOf: byId,
    live: {
      topic: 'events',
      pick: ({ type, data }) => {
        const { kind } = (data as { data?: Partial<JobEvent> }).data ?? {}
        return type.startsWith('query_') || (type.startsWith('job_') && kind === 'query') || undefined
      },
      apply: items => ({ items, stale: items.length || 1 }),
      refreshMs: REFRESH_MS,
    },
  })
}
