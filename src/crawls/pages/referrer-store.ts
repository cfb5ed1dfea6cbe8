import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { CrawlRef } from './crawl-ref-store'
import { AFTER, HAS_LINKS, IN_ORDER, type PagePosition } from './page-rows'

const referringRow = z.object({ key: z.string(), url: z.string(), page_url: z.string() })
export type ReferringPage = z.output<typeof referringRow>

/** Other pages that link to a page, by URL. */
export const listReferringPages = (
  db: Db,
  { tenantId, id }: CrawlRef,
  target: string,
  { after, limit }: { after: PagePosition; limit: number },
): Promise<ReferringPage[]> =>
  manyRows(
    db,
    referringRow,
    `SELECT p.key::text AS key, p.url, coalesce(p.final_url, p.url) AS page_url FROM crawl_pages p
     WHERE p.crawl_id = :crawlId AND p.tenant_id = :tenantId AND CAST(:target AS bigint) = ANY(p.links)
       AND p.key <> CAST(:target AS bigint) AND ${HAS_LINKS} AND ${AFTER} ORDER BY ${IN_ORDER} LIMIT :limit`,
    { tenantId, crawlId: id, target, ...after, limit },
  )
