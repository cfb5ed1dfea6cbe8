import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { Referrer } from '../../contract/crawl-pages'
import { type CrawlRef, OWN_CRAWL } from '../pages/crawl-ref-store'
import { HAS_LINKS, IN_ORDER } from '../pages/page-rows'
import { BROKEN_ERROR, BROKEN_PAGES } from './broken-rows'
import type { PageRange } from './page-ranges'
import { IN_RANGE, rangeBindings } from './range-rows'

/** Adds the broken URLs of the range, without referrers. @returns how many */
export async function addBrokenPages(db: Db, crawl: CrawlRef, range: PageRange): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `INSERT INTO crawl_broken_links (crawl_id, key, url, status_code, error, is_external, referrer_count, referrers)
     SELECT p.crawl_id, p.key, p.url, bad.status_code, ${BROKEN_ERROR}, p.is_external, 0, '[]'
     FROM ${BROKEN_PAGES} WHERE ${IN_RANGE} ON CONFLICT DO NOTHING`,
    rangeBindings(crawl, range),
  )
  return rowCount
}

const edgeRow = z.object({ key: z.string(), url: z.string(), from_key: z.string(), from_url: z.string() })
export type EdgeToBroken = z.output<typeof edgeRow>

/** Links of the pages of the range to broken URLs, in the order of pages. */
export const listEdgesToBroken = (db: Db, crawl: CrawlRef, range: PageRange): Promise<EdgeToBroken[]> =>
  manyRows(
    db,
    edgeRow,
    `SELECT b.key::text AS key, b.url, p.key::text AS from_key, coalesce(p.final_url, p.url) AS from_url
     FROM crawl_pages p CROSS JOIN LATERAL unnest(p.links) AS l(key)
       JOIN crawl_broken_links b ON b.crawl_id = p.crawl_id AND b.key = l.key
     WHERE ${IN_RANGE} AND ${HAS_LINKS} ORDER BY ${IN_ORDER}`,
    rangeBindings(crawl, range),
  )

/** What is added to a broken link. */
export interface MoreReferrers {
  key: string
  /** As its first referrer has it. */
  url: string | null
  count: number
  referrers: Referrer[]
}

export async function appendReferrers(db: Db, { tenantId, id }: CrawlRef, more: readonly MoreReferrers[]) {
  await db.raw(
    `UPDATE crawl_broken_links b SET referrer_count = b.referrer_count + m.count,
       referrers = b.referrers || m.referrers, url = coalesce(m.url, b.url)
     FROM jsonb_to_recordset(CAST(:more AS jsonb)) AS m(key bigint, url text, count integer, referrers jsonb)
     WHERE b.crawl_id = ${OWN_CRAWL} AND b.key = m.key`,
    { tenantId, crawlId: id, more: JSON.stringify(more) },
  )
}

/** Removes URLs that no page links to, such as seeds. */
export async function removeUnlinked(db: Db, { tenantId, id }: CrawlRef): Promise<void> {
  await db.raw(`DELETE FROM crawl_broken_links WHERE crawl_id = ${OWN_CRAWL} AND referrer_count = 0`, {
    ...{ tenantId, crawlId: id },
  })
}

/** Marks what the crawl before did not have. One that was not analysed tells nothing. */
export async function markNew(db: Db, { tenantId, id }: CrawlRef, previousId: string): Promise<void> {
  await db.raw(
    `UPDATE crawl_broken_links b SET is_new = NOT EXISTS (
       SELECT 1 FROM crawl_broken_links old WHERE old.crawl_id = before.id AND old.key = b.key)
     FROM crawls before
     WHERE b.crawl_id = ${OWN_CRAWL} AND before.id = :previousId AND before.tenant_id = :tenantId
       AND before.findings IS NOT NULL`,
    { tenantId, crawlId: id, previousId },
  )
}

/** Referrers that a finding names. */
const RELATED_MAX = 20

/** Adds a finding for each broken link. */
export async function addBrokenFindings(db: Db, { tenantId, id }: CrawlRef): Promise<void> {
  await db.raw(
    `INSERT INTO crawl_findings (crawl_id, type, key, url, detail, related)
     SELECT b.crawl_id, 'broken_link', b.key, b.url,
       coalesce(b.error, 'answers with status ' || b.status_code, 'fails') ||
         CASE WHEN b.referrer_count = 1 THEN ', linked from a page' ELSE ', linked from ' || b.referrer_count || ' pages' END,
       ARRAY(SELECT r.value ->> 'url' FROM jsonb_array_elements(b.referrers) WITH ORDINALITY AS r(value, no)
         WHERE r.no <= ${RELATED_MAX} ORDER BY r.no)
     FROM crawl_broken_links b WHERE b.crawl_id = ${OWN_CRAWL}
     ON CONFLICT DO NOTHING`,
    { tenantId, crawlId: id },
  )
}
