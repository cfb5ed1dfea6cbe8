import type { Targets } from '../../../src/contract/queries'
import { readFilters, searchOf } from '../../url-filters'

const NAMES = ['status', 'q', 'platform', 'label', 'sort'] as const

/** The filters of the hosts page. They are kept in the URL. */
export type HostFilters = Record<(typeof NAMES)[number], string>

export const DEFAULT_SORT = 'hostname'

export const hostFiltersOf = (search: string): HostFilters => readFilters(NAMES, search)

/** Filters as a query string with its `?`. Empty ones are left out. */
export const hostSearchOf = (filters: Partial<HostFilters>): string => searchOf(NAMES, filters)

/** Whether any filter is set. */
export const isNarrowed = ({ sort: _, ...filters }: HostFilters) => Object.values(filters).some(value => value !== '')

/** Filters as parameters of the API. */
export function hostParams(filters: HostFilters): Record<string, string> {
  const given = Object.entries(filters).filter(([, value]) => value !== '')
  return { sort: DEFAULT_SORT, ...Object.fromEntries(given) }
}

/** The sort order after a click on a heading: reversed if the list is already sorted by it. */
export const toggleSort = (sort: string, by: string) => ((sort || DEFAULT_SORT) === by ? `-${by}` : by)

/**
 * All hosts that match the filters, as targets of a query. Null if targets cannot express the filters: a search, a
 * status, or a label together with a platform, since targets match either.
 */
export function targetsOf({ status, q, platform, label }: HostFilters): Targets | null {
  if (status !== '' || q !== '') return null
  if (platform !== '' && label !== '') return null
  if (platform !== '') return { platforms: [platform] }
  return label === '' ? { all: true } : { labels: [label] }
}
