import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows, oneRow } from '../../base/rows'
import type { CrawlRef } from '../pages/crawl-ref-store'
import { AFTER, IN_ORDER, IS_HTML, IS_PAGE, type PagePosition } from '../pages/page-rows'

/** Pages that a search engine may show, but for those that name another URL as the canonical one. */
const LISTED = `p.crawl_id = :crawlId AND p.tenant_id = :tenantId AND p.status_code = 200 AND NOT p.noindex
  AND ${IS_HTML} AND ${IS_PAGE}`

const sizeRow = z.object({ count: z.number(), url_bytes_max: z.number() })

/** How many there are, and the bytes of the longest URL in XML. */
export const sizeOfSitemap = (db: Db, { tenantId, id }: CrawlRef) =>
  oneRow(
    db,
    sizeRow,
    `SELECT count(*)::integer AS count,
       coalesce(max(octet_length(replace(coalesce(p.final_url, p.url), '&', '&amp;'))), 0) AS url_bytes_max
     FROM crawl_pages p WHERE ${LISTED}`,
    { tenantId, crawlId: id },
  )

const listedRow = z.object({ key: z.string(), url: z.string(), page_url: z.string() })

/** The next pages by URL. */
export const listSitemapPages = (
  db: Db,
  { tenantId, id }: CrawlRef,
  { after, skipped = 0, limit }: { after: PagePosition; skipped?: number; limit: number },
) =>
  manyRows(
    db,
    listedRow,
    `SELECT p.key::text AS key, p.url, coalesce(p.final_url, p.url) AS page_url FROM crawl_pages p
     WHERE ${LISTED} AND ${AFTER} ORDER BY ${IN_ORDER} OFFSET :skipped LIMIT :limit`,
    { tenantId, crawlId: id, ...after, skipped, limit },
  )
