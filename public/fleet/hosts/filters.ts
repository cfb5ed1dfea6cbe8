import type { Targets } from '../../../src/contract/queries'
import { readFilters, searchOf } from '../../url-filters'

const NAMES = ['status', 'q', 'platform', 'label', 'sort'] as const

/** Which hosts the page shows; lives in its address. */
export type HostFilters = Record<(typeof NAMES)[number], string>

export const DEFAULT_SORT = 'hostname'

export const hostFiltersOf = (search: string): HostFilters => readFilters(NAMES, search)

/** As a query string, with its `?`; empty filters are left out. */
export const hostSearchOf = (filters: Partial<HostFilters>): string => searchOf(NAMES, filters)

/** Whether some hosts are left out. */
export const isNarrowed = ({ sort: _, ...filters }: HostFilters) => Object.values(filters).some(value => value !== '')

/** What the server is asked for. */
export function hostParams(filters: HostFilters): string {
  const given = Object.entries(filters).filter(([, value]) => value !== '')
  return String(new URLSearchParams({ sort: DEFAULT_SORT, ...Object.fromEntries(given) }))
}

/** The other way round when it is sorted by this already. */
export const turned = (sort: string, by: string) => ((sort || DEFAULT_SORT) === by ? `-${by}` : by)

/**
 * All hosts that the filters let through, as targets of a query; null when targets cannot say it: a search, a status, or
 * a label and a platform, which as targets would add up.
 */
export function targetsOf({ status, q, platform, label }: HostFilters): Targets | null {
  if (status !== '' || q !== '') return null
  if (platform !== '' && label !== '') return null
  if (platform !== '') return { platforms: [platform] }
  return label === '' ? { all: true } : { labels: [label] }
}
