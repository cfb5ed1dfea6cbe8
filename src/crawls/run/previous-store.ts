import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { CrawlSettings } from '../../contract/crawl-settings'
import type { CrawlRef } from '../pages/crawl-ref-store'

const previousRow = z.object({
  key: z.string(),
  status_code: z.number().nullable(),
  content_type: z.string().nullable(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  noindex: z.boolean(),
  content_hash: z.instanceof(Buffer).nullable(),
  text_hash: z.instanceof(Buffer).nullable(),
  content: z.instanceof(Buffer),
  head: z.string().nullable(),
  body: z.instanceof(Buffer).nullable(),
})
export type PreviousRow = z.output<typeof previousRow>

/** Settings that what is known of a page depends on. */
export type Reading = Pick<CrawlSettings, 'extract' | 'archive'> & {
  limits: Pick<CrawlSettings['limits'], 'page_bytes' | 'links_per_page'>
  politeness: Pick<CrawlSettings['politeness'], 'obey_robots'>
}

/** Pages that an earlier crawl has fetched without redirects, and read as this one does. */
export const previousPages = (
  db: Db,
  { tenantId, id }: CrawlRef,
  { extract, archive, limits, politeness }: Reading,
  keys: readonly string[],
) =>
  manyRows(
    db,
    previousRow,
    `SELECT p.key::text AS key, status_code, content_type, title, description, noindex, content_hash, text_hash,
       c.content, c.head, c.body
     FROM crawl_pages p JOIN crawl_contents c ON c.crawl_id = p.crawl_id AND c.key = p.key
     WHERE p.crawl_id = :id AND p.tenant_id = :tenantId AND p.key = ANY(:keys::bigint[])
       AND p.outcome = 'fetched' AND p.redirects = 0 AND (c.body IS NOT NULL OR NOT :archive)
       AND EXISTS (SELECT FROM crawls WHERE id = :id AND settings @> :reading AND settings -> 'extract' = :extract::jsonb)`,
    {
      ...{ id, tenantId, archive, keys: [...keys] },
      reading: JSON.stringify({
        limits: { page_bytes: limits.page_bytes, links_per_page: limits.links_per_page },
        politeness: { obey_robots: politeness.obey_robots },
      }),
      extract: JSON.stringify(extract),
    },
  )
