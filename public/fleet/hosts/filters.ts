import type { Targets } from '../../../src/contract/queries'
import { readFilters, searchOf } from '../../url-filters'

const NAMES = ['status', 'q', 'platform', 'label', 'sort'] as const

/** Which hosts the page shows; kept in its address. */
export type HostFilters = Record<(typeof NAMES)[number], string>

export const DEFAULT_SORT = 'hostname'

export const hostFiltersOf = (search: string): HostFilters => readFilters(NAMES, search)

/** As a query string, with its `?`; empty filters are left out. */
export const hostSearchOf = (filters: Partial<HostFilters>): string => searchOf(NAMES, filters)

/** Whether any filter is set. */
export const isNarrowed = ({ sort: _, ...filters }: HostFilters) => Object.values(filters).some(value => value !== '')

/** The query of the request. */
export function hostParams(filters: HostFilters): Record<string, string> {
  const given = Object.entries(filters).filter(([, value]) => value !== '')
  return { sort: DEFAULT_SORT, ...Object.fromEntries(given) }
}

/** The order after a click on a heading: reversed when the list is already sorted by it. */
export const toggleSort = (sort: string, by: string) => ((sort || DEFAULT_SORT) === by ? `-${by}` : by)

/**
 * All hosts that match the filters, as targets of a query. Null when targets cannot express the filters: a search, a
 * status, or a label together with a platform, because targets match any of the two.
 */
export function targetsOf({ status, q, platform, label }: HostFilters): Targets | null {
  if (status !== '' || q !== '') return null
  if (platform !== '' && label !== '') return null
  if (platform !== '') return { platforms: [platform] }
  return label === '' ? { all: true } : { labels: [label] }
}
