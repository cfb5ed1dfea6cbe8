import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { pageOutcome } from '../../contract/crawl-pages'
import type { CrawlRef } from '../pages/crawl-ref-store'

const settledRow = z.object({
  key: z.string(),
  url: z.string(),
  host: z.string(),
  depth: z.number(),
  outcome: pageOutcome,
  reason: z.string().nullable(),
  bytes: z.number(),
  is_external: z.boolean(),
  content: z.instanceof(Buffer).nullable(),
})

/** URLs of a crawl that are settled, by key; with content only those that were read. */
export const settledPages = (
  db: Db,
  { id, tenantId }: CrawlRef,
  { after, withContent, limit }: { after: string | null; withContent: boolean; limit: number },
) =>
  manyRows(
    db,
    settledRow,
    `SELECT p.key::text AS key, url, host, depth, outcome, reason, bytes, is_external,
       ${withContent ? 'c.content' : 'NULL::bytea AS content'}
     FROM crawl_pages p ${withContent ? 'JOIN crawl_contents c ON c.crawl_id = p.crawl_id AND c.key = p.key' : ''}
     WHERE p.crawl_id = :id AND p.tenant_id = :tenantId ${after === null ? '' : 'AND p.key > :after'}
     ORDER BY p.key LIMIT :limit`,
    { id, tenantId, after: after ?? '0', limit },
  )
