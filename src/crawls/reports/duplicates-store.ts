import type { Db } from '../../base/db'
import { type CrawlRef, OWN_CRAWL } from '../pages/crawl-ref-store'
import { IS_HTML, IS_PAGE } from '../pages/page-rows'

/** Pages that a finding names besides its own. */
const RELATED_MAX = 20

/** Pages without any text are not alike by that. The hash may be cut. */
const TEXT_HASH = `CASE WHEN p.text_hash <> substring(sha256(''::bytea) FOR length(p.text_hash)) THEN p.text_hash END`

/** By type: what pages have in common, which pages count, and what it is called. */
const KINDS = {
  duplicate_content: [`coalesce(${TEXT_HASH}, p.content_hash)`, 'true', 'has the same content'],
  duplicate_title: [`nullif(btrim(p.title), '')`, IS_HTML, 'has the same title'],
} as const

/**
 * Adds a finding to each page that has its content or title in common with another URL. Content is the visible text, so
 * that a token or a time in the markup makes no difference; without text it is the body.
 */
export async function addDuplicates(db: Db, { tenantId, id }: CrawlRef, type: keyof typeof KINDS): Promise<void> {
  const [common, counts, what] = KINDS[type]
  await db.raw(
    `WITH found AS (
       SELECT p.key, coalesce(p.final_url, p.url) AS url, p.title, ${common} AS common FROM crawl_pages p
       WHERE p.crawl_id = :crawlId AND p.tenant_id = :tenantId AND NOT p.noindex AND ${IS_PAGE} AND ${counts}),
     groups AS (
       SELECT common, count(DISTINCT url) AS urls, (array_agg(DISTINCT url))[1:${RELATED_MAX + 1}] AS first
       FROM found WHERE common IS NOT NULL GROUP BY common HAVING count(DISTINCT url) > 1)
     INSERT INTO crawl_findings (crawl_id, type, key, url, title, detail, related)
     SELECT ${OWN_CRAWL}, :type, f.key, f.url, f.title,
       :what || CASE WHEN g.urls = 2 THEN ' as another page' ELSE ' as ' || (g.urls - 1) || ' other pages' END,
       (array_remove(g.first, f.url))[1:${RELATED_MAX}]
     FROM found f JOIN groups g ON g.common = f.common
     ON CONFLICT DO NOTHING`,
    { tenantId, crawlId: id, type, what },
  )
}
