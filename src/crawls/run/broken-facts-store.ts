import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { CrawlRef } from '../pages/crawl-ref-store'

const EXAMPLES_MAX = 5
const factRow = z.object({ url: z.string(), broken: z.number(), new_broken: z.number() })

/** How many broken links a crawl has found, and some of them, new ones first. */
export async function brokenFacts(db: Db, { id, tenantId }: CrawlRef) {
  const rows = await manyRows(
    db,
    factRow,
    `SELECT url, count(*) OVER ()::integer AS broken, count(*) FILTER (WHERE is_new) OVER ()::integer AS new_broken
     FROM crawl_broken_links WHERE crawl_id = (SELECT id FROM crawls WHERE id = ? AND tenant_id = ?)
     ORDER BY is_new DESC NULLS LAST, url LIMIT ?`,
    [id, tenantId, EXAMPLES_MAX],
  )
  const { broken = 0, new_broken: newBroken = 0 } = rows[0] ?? {}
  return { broken, newBroken, examples: rows.map(({ url }) => url) }
}
