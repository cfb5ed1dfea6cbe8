import { CRAWL_STATUSES } from '../../src/contract/values'
import { readFilters, searchOf } from '../url-filters'

const NAMES = ['status', 'q'] as const
/** The filters of the list of crawls. They are kept in the URL. */
export type CrawlFilters = Record<(typeof NAMES)[number], string>

export const crawlFiltersOf = (search: string): CrawlFilters => readFilters(NAMES, search)
export const crawlSearchOf = (filters: Partial<CrawlFilters>): string => searchOf(NAMES, filters)

/** Filters as parameters of the API. A status that there is not is ignored. */
export function crawlParams({ status, q }: CrawlFilters) {
  const known = CRAWL_STATUSES.find(each => each === status)
  return { ...(known && { status: known }), ...(q !== '' && { q }) }
}
