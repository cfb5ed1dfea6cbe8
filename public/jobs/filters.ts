import { sinceParam } from '../periods'
import * as url from '../url-filters'

const NAMES = [
  'status',
  'outcome',
  'kind',
  'queue',
  'q',
  'actor',
  'since',
  'fingerprint',
  'root_id',
  'parent_id',
  'ancestor_id',
  'children',
] as const

/** The filters of the queue page. They are in the URL, so that a view can be shared. */
export type JobFilters = Record<(typeof NAMES)[number], string>

export const filtersOf = (search: string): JobFilters => url.readFilters(NAMES, search)

/** Filters as a query string with its `?`. Empty ones are left out. */
export const searchOf = (filters: Partial<JobFilters>): string => url.searchOf(NAMES, filters)

const CHILD_FILTERS = ['fingerprint', 'root_id', 'parent_id', 'ancestor_id'] as const

/**
 * Filters as parameters of the API: periods become times, and child jobs are excluded unless a filter includes them.
 */
export function jobParams(filters: JobFilters, now = Date.now()): Record<string, string> {
  const { children, since, ...plain } = filters
  const params: Record<string, string> = {}
  for (const [name, value] of Object.entries(plain)) if (value !== '') params[name] = value
  Object.assign(params, sinceParam(since, now))
  const includesChildren = CHILD_FILTERS.some(name => filters[name] !== '')
  if (children === '' && !includesChildren) params.roots = 'true'
  return params
}
