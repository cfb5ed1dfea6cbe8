import { byId, usePagedListOf } from '../../use-paged-list'
import type { Query } from '../query-result'

/** Counts move on while answers come in, at most this often. */
const REFRESH_MS = 1_000

export const QUERY_FILTERS = ['status', 'q', 'host_id'] as const
export type QueryFilters = Record<(typeof QUERY_FILTERS)[number], string>

/** The queries that match, newest first; read again when the tenant's events tell that one has moved. */
export function useQueries(filters: QueryFilters) {
  const given = Object.entries(filters).filter(([, value]) => value !== '')
  return usePagedListOf<Query, true>({
    path: `/api/queries?${new URLSearchParams(given)}`,
    idOf: byId,
    live: {
      topic: 'events',
      pick: ({ type, data }) => {
        const { kind } = (data as { data?: { kind?: string } }).data ?? {}
        return type.startsWith('query_') || (type.startsWith('job_') && kind === 'query') || undefined
      },
      apply: items => ({ items, stale: items.length || 1 }),
      refreshMs: REFRESH_MS,
    },
  })
}
