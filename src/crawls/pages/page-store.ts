import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import type { CrawlRef } from './crawl-ref-store'
import { AFTER, IN_ORDER, PAGE_COLUMNS, type PagePosition, pageRow } from './page-rows'

const fullRow = pageRow.extend({
  found_on: z.string().nullable(),
  description: z.string().nullable(),
  noindex: z.boolean(),
  first_byte_ms: z.number().nullable(),
  content_hash: z.string().nullable(),
  sitemap_url: z.string().nullable(),
  lastmod: z.string().nullable(),
  content: z.instanceof(Buffer).nullable(),
})
/** A page with everything that is stored about it. */
export type FullPage = z.output<typeof fullRow>

const FULL = `SELECT ${PAGE_COLUMNS}, f.url AS found_on, p.description, p.noindex, p.first_byte_ms,
    encode(p.content_hash, 'hex') AS content_hash, s.sitemap AS sitemap_url, s.lastmod, c.content
  FROM crawl_pages p LEFT JOIN crawl_contents c ON c.crawl_id = p.crawl_id AND c.key = p.key
    LEFT JOIN crawl_pages f ON f.crawl_id = p.crawl_id AND f.key = p.found_on
    LEFT JOIN crawl_sitemap_urls s ON s.crawl_id = p.crawl_id AND s.key = p.key
  WHERE p.crawl_id = :crawlId AND p.tenant_id = :tenantId`

export const findFullPage = (db: Db, { tenantId, id }: CrawlRef, key: string): Promise<FullPage | undefined> =>
  firstRow(db, fullRow, `${FULL} AND p.key = CAST(:key AS bigint)`, { tenantId, crawlId: id, key })

export const findPage = (db: Db, { tenantId, id }: CrawlRef, key: string) =>
  firstRow(
    db,
    pageRow,
    `SELECT ${PAGE_COLUMNS} FROM crawl_pages p
     WHERE p.crawl_id = :crawlId AND p.tenant_id = :tenantId AND p.key = CAST(:key AS bigint)`,
    { tenantId, crawlId: id, key },
  )

/** The next pages by URL. */
export const listFullPages = (db: Db, { tenantId, id }: CrawlRef, after: PagePosition, limit: number) =>
  manyRows(db, fullRow, `${FULL} AND ${AFTER} ORDER BY ${IN_ORDER} LIMIT :limit`, {
    ...{ tenantId, crawlId: id, ...after, limit },
  })
