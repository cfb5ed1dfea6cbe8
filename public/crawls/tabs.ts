import { readFilters, searchOf } from '../url-filters'

export const TABS = [
  ['overview', 'Overview'],
  ['log', 'Live log'],
  ['pages', 'Pages'],
  ['broken', 'Broken links'],
  ['findings', 'Findings'],
  ['hosts', 'Hosts'],
  ['tree', 'Site tree'],
  ['compare', 'Compare'],
  ['why', 'Why not'],
] as const
export type TabName = (typeof TABS)[number][0]

/** The tab that a URL asks for; the overview if it asks for none, or for one that there is not. */
export function tabOf(search: string): TabName {
  const wanted = new URLSearchParams(search).get('tab')
  return TABS.find(([name]) => name === wanted)?.[0] ?? 'overview'
}

/** The address of a tab. The filters of another one are left out. */
export function tabAddress(id: string, tab: TabName, filters: Readonly<Record<string, string>> = {}): string {
  const query = searchOf(['tab', ...Object.keys(filters)], { ...filters, tab: tab === 'overview' ? '' : tab })
  return `/crawls/${id}${query}`
}

const NAMES = ['status', 'reason', 'status_code', 'q', 'prefix', 'sort'] as const
/** The filters of the pages of a crawl. They are kept in the URL. */
export type PageFilters = Record<(typeof NAMES)[number], string>

export const pageFiltersOf = (search: string): PageFilters => readFilters(NAMES, search)
