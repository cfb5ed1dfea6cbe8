import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { z } from '../../base/parse'
import { firstRow } from '../../base/rows'
import { crawlSettings } from '../../contract/crawl-settings'

/** What identifies a crawl in statements. */
export interface CrawlRef {
  tenantId: string
  id: string
}

const crawlRow = z.object({
  id: z.string(),
  settings: crawlSettings,
  previous_id: z.string().nullable(),
  created_at: z.date(),
  ended_at: z.date().nullable(),
  is_analysed: z.boolean(),
})

/** What readers of results need to know of a crawl. */
export type ReadCrawl = z.output<typeof crawlRow> & { ref: CrawlRef }

/**
 * The crawl of a subquery: tables without a tenant are read by it, so that every statement names the tenant. Needs the
 * bindings `crawlId` and `tenantId`.
 */
export const OWN_CRAWL = '(SELECT id FROM crawls WHERE id = :crawlId AND tenant_id = :tenantId)'

/** @throws Problem 404 if the tenant has no such crawl */
export async function requireCrawl(db: Db, tenantId: string, id: string): Promise<ReadCrawl> {
  const found = await firstRow(
    db,
    crawlRow,
    `SELECT id, settings, previous_id, created_at, ended_at, findings IS NOT NULL AS is_analysed
     FROM crawls WHERE id = :id AND tenant_id = :tenantId`,
    { id, tenantId },
  )
  if (!found) throw notFound('crawl')
  return { ...found, ref: { tenantId, id } }
}
