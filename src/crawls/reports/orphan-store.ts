import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { type CrawlRef, OWN_CRAWL } from '../pages/crawl-ref-store'
import { HAS_LINKS } from '../pages/page-rows'
import type { PageRange } from './page-ranges'
import { IN_RANGE, rangeBindings } from './range-rows'

/**
 * Adds all fetched pages of sitemaps as orphans; those that pages link to are removed afterwards, since no single
 * statement should have to do with all links. @returns how many there are
 */
export async function addOrphanCandidates(db: Db, { tenantId, id }: CrawlRef): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `INSERT INTO crawl_findings (crawl_id, type, key, url, title, detail, related)
     SELECT p.crawl_id, 'orphan', p.key, p.url, p.title, 'is in a sitemap, but no page links to it', ARRAY[s.sitemap]
     FROM crawl_sitemap_urls s JOIN crawl_pages p ON p.crawl_id = s.crawl_id AND p.key = s.key
     WHERE s.crawl_id = :crawlId AND p.tenant_id = :tenantId AND p.outcome = 'fetched' AND p.final_key IS NULL
     ON CONFLICT DO NOTHING`,
    { tenantId, crawlId: id },
  )
  return rowCount
}

/** Removes those that pages of the range link to. Links of a page to itself do not count. */
export async function removeLinkedOrphans(db: Db, crawl: CrawlRef, range: PageRange): Promise<void> {
  await db.raw(
    `DELETE FROM crawl_findings f USING (
       SELECT DISTINCT l.key FROM crawl_pages p CROSS JOIN LATERAL unnest(p.links) AS l(key)
       WHERE ${IN_RANGE} AND ${HAS_LINKS} AND l.key NOT IN (p.key, coalesce(p.final_key, p.key))) AS linked
     WHERE f.crawl_id = ${OWN_CRAWL} AND f.type = 'orphan' AND f.key = linked.key`,
    rangeBindings(crawl, range),
  )
}

const aliasRow = z.object({ key: z.string() })
const ALIASES_MAX = 10_000

/** URLs that redirect to orphans: a link to one of them is as good as a link to the page. */
export const listAliasesOfOrphans = (db: Db, { tenantId, id }: CrawlRef) =>
  manyRows(
    db,
    aliasRow,
    `SELECT p.key::text AS key FROM crawl_findings f
       JOIN crawl_pages p ON p.crawl_id = f.crawl_id AND p.final_key = f.key AND p.key <> f.key
     WHERE f.crawl_id = :crawlId AND p.tenant_id = :tenantId AND f.type = 'orphan' LIMIT ${ALIASES_MAX}`,
    { tenantId, crawlId: id },
  )

/** Removes orphans that pages of the range link to by one of the given URLs. */
export async function removeOrphansByAlias(
  db: Db,
  crawl: CrawlRef,
  range: PageRange,
  aliases: readonly string[],
): Promise<void> {
  await db.raw(
    `DELETE FROM crawl_findings f USING (
       SELECT DISTINCT alias.final_key AS key FROM crawl_pages p CROSS JOIN LATERAL unnest(p.links) AS l(key)
         JOIN crawl_pages alias ON alias.crawl_id = p.crawl_id AND alias.key = l.key
       WHERE ${IN_RANGE} AND ${HAS_LINKS} AND l.key = ANY(:aliases::bigint[]) AND alias.final_key <> p.key) AS linked
     WHERE f.crawl_id = ${OWN_CRAWL} AND f.type = 'orphan' AND f.key = linked.key`,
    { ...rangeBindings(crawl, range), aliases },
  )
}
