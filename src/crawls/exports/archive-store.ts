import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { CrawlRef } from '../pages/crawl-ref-store'
import { AFTER, IN_ORDER, PAGE_COLUMNS, type PagePosition, pageRow } from '../pages/page-rows'

const archivedRow = pageRow.extend({
  found_on: z.string().nullable(),
  /** Of the stored response; null: it was not kept. */
  stored_bytes: z.number().nullable(),
})
export type ArchivedPage = z.output<typeof archivedRow>

/** The next pages that were requested, by URL. */
export const listArchivedPages = (db: Db, { tenantId, id }: CrawlRef, after: PagePosition, limit: number) =>
  manyRows(
    db,
    archivedRow,
    `SELECT ${PAGE_COLUMNS}, f.url AS found_on,
       CASE WHEN c.head IS NOT NULL THEN octet_length(c.head) + coalesce(octet_length(c.body), 0) END AS stored_bytes
     FROM crawl_pages p LEFT JOIN crawl_contents c ON c.crawl_id = p.crawl_id AND c.key = p.key
       LEFT JOIN crawl_pages f ON f.crawl_id = p.crawl_id AND f.key = p.found_on
     WHERE p.crawl_id = :crawlId AND p.tenant_id = :tenantId AND p.outcome <> 'skipped' AND ${AFTER}
     ORDER BY ${IN_ORDER} LIMIT :limit`,
    { tenantId, crawlId: id, ...after, limit },
  )

const responseRow = z.object({
  key: z.string(),
  head: z.string().nullable(),
  body: z.instanceof(Buffer).nullable(),
  content: z.instanceof(Buffer),
})

export const listResponses = (db: Db, { tenantId, id }: CrawlRef, keys: readonly string[]) =>
  manyRows(
    db,
    responseRow,
    `SELECT c.key::text AS key, c.head, c.body, c.content
     FROM crawl_contents c JOIN crawl_pages p ON p.crawl_id = c.crawl_id AND p.key = c.key
     WHERE p.crawl_id = :crawlId AND p.tenant_id = :tenantId AND p.key = ANY(:keys::bigint[])`,
    { tenantId, crawlId: id, keys },
  )
