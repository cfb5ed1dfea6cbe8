import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { unpackContent } from './content-codec'
import type { CrawlRef } from './crawl-ref-store'
import type { StoredContent } from './stored-content'

const contentRow = z.object({ key: z.string(), content: z.instanceof(Buffer) })
/** Contents read at once: each may have a few hundred kilobytes. */
const CHUNK = 50

/** The contents of pages, one at a time, in the order of their keys given. Pages without any are left out. */
export async function* contentsOf(
  db: Db,
  { tenantId, id }: CrawlRef,
  keys: readonly string[],
): AsyncGenerator<{ key: string; content: StoredContent }> {
  for (let at = 0; at < keys.length; at += CHUNK) {
    const rows = await manyRows(
      db,
      contentRow,
      `SELECT c.key::text AS key, c.content FROM unnest(CAST(:keys AS bigint[])) WITH ORDINALITY AS k(key, no)
         JOIN crawl_pages p ON p.crawl_id = :crawlId AND p.tenant_id = :tenantId AND p.key = k.key
         JOIN crawl_contents c ON c.crawl_id = p.crawl_id AND c.key = p.key ORDER BY k.no`,
      { tenantId, crawlId: id, keys: keys.slice(at, at + CHUNK) },
    )
    for (const { key, content } of rows) yield { key, content: await unpackContent(content) }
  }
}
