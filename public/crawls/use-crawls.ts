import { byId, usePagedList } from '../use-paged-list'
import { type CrawlFilters, crawlParams, crawlSearchOf } from './filters'
import { applyToCrawls, type CrawlNews, crawlNewsIn } from './live-crawls'

const PAGE_SIZE = 100
/** Minimum time between two refreshes after events that are incomplete. */
const REFRESH_MS = 1_500

/** The crawls that match the filters, newest first, kept up to date by tenant events. */
export const useCrawls = (filters: CrawlFilters) =>
  usePagedList<'/api/crawls', CrawlNews>('/api/crawls', {
    params: crawlParams(filters),
    name: crawlSearchOf(filters),
    idOf: byId,
    pageSize: PAGE_SIZE,
    live: { topic: 'events', pick: crawlNewsIn, apply: applyToCrawls, refreshMs: REFRESH_MS },
  })
