import type { Db } from '../../base/db'
import { firstRow } from '../../base/rows'
import type { CrawlRef } from '../pages/crawl-ref-store'
import { AFTER, IN_ORDER, type PagePosition, pagePosition } from '../pages/page-rows'

/** The last of the next pages; undefined if there are fewer. */
export const findRangeEnd = (db: Db, { tenantId, id }: CrawlRef, from: PagePosition, size: number) =>
  firstRow(
    db,
    pagePosition,
    `SELECT p.url, p.key::text AS key FROM crawl_pages p
     WHERE p.crawl_id = :crawlId AND p.tenant_id = :tenantId AND ${AFTER} ORDER BY ${IN_ORDER} OFFSET :skipped LIMIT 1`,
    { tenantId, crawlId: id, ...from, skipped: size - 1 },
  )
