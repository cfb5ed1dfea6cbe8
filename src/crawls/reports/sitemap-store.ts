import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { crawlSitemap } from '../../contract/crawl-reports'
import { type CrawlRef, OWN_CRAWL } from '../pages/crawl-ref-store'

/** Sitemaps by URL. */
export const listSitemaps = (db: Db, { tenantId, id }: CrawlRef, after: string | undefined, limit: number) =>
  manyRows(
    db,
    crawlSitemap.extend({ fetched_at: z.date() }),
    `SELECT s.url, s.format, s.urls, s.problem, s.fetched_at FROM crawl_sitemaps s
     WHERE s.crawl_id = ${OWN_CRAWL} AND s.url COLLATE "C" > CAST(:after AS text)
     ORDER BY s.url COLLATE "C" LIMIT :limit`,
    { tenantId, crawlId: id, after: after ?? '', limit },
  )
