import type { Db } from '../../base/db'
import { DAY_MS } from '../../base/partitions'
import type { RetentionTarget } from '../../base/retention'
import { tableSize } from '../../base/table-store'
import {
  CRAWL_TABLES,
  countOldCrawls,
  countOldResponses,
  deleteOldCrawl,
  oldestCrawl,
  oldestResponses,
  removeOldResponses,
} from './retention-store'

/** By far the largest part, of use only for WARC exports. */
const RESPONSES_KEPT_MS = 30 * DAY_MS

/** The data of crawls and how long it is kept. */
export const crawlRetention = (db: Db): RetentionTarget[] => [
  {
    name: 'crawls',
    summary:
      'Ended crawls with their pages and reports. The latest one of a site is never deleted: the next is compared with it.',
    keep: { term: 'jobs' },
    measure: async () => ({ oldest: await oldestCrawl(db), ...(await tableSize(db, 'crawls', ...CRAWL_TABLES)) }),
    count: before => countOldCrawls(db, before),
    async sweep(before, limit) {
      const deleted = await deleteOldCrawl(db, before, limit)
      return { deleted, next: deleted ? '' : null }
    },
  },
  {
    name: 'crawl_bodies',
    summary: 'Responses as servers sent them, for WARC exports of crawls. Everything else about their pages stays.',
    keep: { fixedMs: RESPONSES_KEPT_MS },
    measure: async () => ({ oldest: await oldestResponses(db), rows: null, bytes: null }),
    count: before => countOldResponses(db, before),
    async sweep(before, limit) {
      const deleted = await removeOldResponses(db, before, limit)
      return { deleted, next: deleted < limit ? null : '' }
    },
  },
]
