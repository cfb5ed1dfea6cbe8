import { sinceParam } from '../periods'
import * as url from '../url-filters'

const NAMES = [
  'status',
  'kind',
  'queue',
  'q',
  'actor',
  'since',
  'fingerprint',
  'root_id',
  'parent_id',
  'children',
] as const

/** What the queue page shows; lives in its address, so that a view can be sent to somebody. */
export type JobFilters = Record<(typeof NAMES)[number], string>

export const filtersOf = (search: string): JobFilters => url.readFilters(NAMES, search)

/** As a query string, with its `?`; empty filters are left out. */
export const searchOf = (filters: Partial<JobFilters>): string => url.searchOf(NAMES, filters)

/** What the server is asked: periods become times, and jobs that others have made are left out unless they are meant. */
export function jobParams(filters: JobFilters, now = Date.now()): Record<string, string> {
  const { children, since, ...plain } = filters
  const asked: Record<string, string> = {}
  for (const [name, value] of Object.entries(plain)) if (value !== '') asked[name] = value
  Object.assign(asked, sinceParam(since, now))
  const isAmongChildren = filters.fingerprint !== '' || filters.root_id !== '' || filters.parent_id !== ''
  if (children === '' && !isAmongChildren) asked.roots = 'true'
  return asked
}
