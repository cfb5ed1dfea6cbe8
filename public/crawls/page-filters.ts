import type { CrawlCounts } from '../../src/contract/crawls'
import { PAGE_OUTCOMES } from '../../src/contract/values'
import { countOf, settledOf } from './counts'
import type { PageFilters } from './tabs'

const SORTS = ['url', '-duration_ms', '-bytes', 'depth', 'fetched_at'] as const

/** Filters as parameters of the API. What it would refuse is left out. */
export function pageParams({ status, reason, status_code, q, prefix, sort }: PageFilters) {
  const outcome = PAGE_OUTCOMES.find(each => each === status)
  const order = SORTS.find(each => each === sort)
  return {
    ...(outcome && { status: outcome }),
    ...(reason !== '' && { reason }),
    ...(/^[1-9]\d\d$/.test(status_code) && { status_code: Number(status_code) }),
    ...(q !== '' && { q }),
    ...(prefix !== '' && { prefix }),
    ...(order && { sort: order }),
  }
}

/** Whether anything is left out of the list. */
export const isFiltered = (filters: PageFilters): boolean =>
  Object.keys(pageParams({ ...filters, sort: '' })).length > 0

/** How many URLs match, by the counts of the crawl; null if these cannot tell. */
export function pageCountOf(filters: PageFilters, counts: CrawlCounts): number | null {
  const { status, reason, ...others } = pageParams({ ...filters, sort: '' })
  if (Object.keys(others).length > 0) return null
  if (reason !== undefined) {
    const [skipped, failed] = [counts.skipped[reason] ?? 0, counts.failed_by[reason] ?? 0]
    return status === undefined ? skipped + failed : status === 'skipped' ? skipped : status === 'failed' ? failed : 0
  }
  return status === undefined ? settledOf(counts) : countOf(counts, status)
}
