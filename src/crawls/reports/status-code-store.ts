import type { Db } from '../../base/db'
import { manyRows } from '../../base/rows'
import { statusCount } from '../../contract/crawl-reports'
import type { CrawlRef } from '../pages/crawl-ref-store'

/** How many URLs answered with each status, by status. */
export const countStatusCodes = (db: Db, { tenantId, id }: CrawlRef) =>
  manyRows(
    db,
    statusCount,
    `SELECT status_code, count(*)::integer AS urls FROM crawl_pages
     WHERE crawl_id = :id AND tenant_id = :tenantId AND status_code IS NOT NULL
     GROUP BY status_code ORDER BY status_code`,
    { tenantId, id },
  )
