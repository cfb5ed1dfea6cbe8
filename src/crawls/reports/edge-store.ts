import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { CrawlRef } from '../pages/crawl-ref-store'
import { HAS_LINKS, IN_ORDER, type PagePosition } from '../pages/page-rows'

const linkingRow = z.object({ key: z.string(), url: z.string(), page_url: z.string() })

/** The next pages with links by URL, from the given one on. */
export const listLinkingPages = (db: Db, { tenantId, id }: CrawlRef, from: PagePosition, limit: number) =>
  manyRows(
    db,
    linkingRow,
    `SELECT p.key::text AS key, p.url, coalesce(p.final_url, p.url) AS page_url FROM crawl_pages p
     WHERE p.crawl_id = :crawlId AND p.tenant_id = :tenantId AND cardinality(p.links) > 0 AND ${HAS_LINKS}
       AND (p.url COLLATE "C", p.key) >= (CAST(:url AS text), CAST(:key AS bigint)) ORDER BY ${IN_ORDER} LIMIT :limit`,
    { tenantId, crawlId: id, ...from, limit },
  )
