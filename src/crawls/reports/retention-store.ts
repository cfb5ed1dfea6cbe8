import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { countRow, firstRow, idRow, oneRow } from '../../base/rows'
import { lowPriority } from '../../base/table-store'

/** Tables with rows of a crawl, the largest last. */
export const CRAWL_TABLES = [
  'crawl_hosts',
  'crawl_sitemaps',
  'crawl_sitemap_urls',
  'crawl_findings',
  'crawl_broken_links',
  'crawl_pages',
  'crawl_contents',
] as const

/** Whether a crawl that has ended may be deleted: a later one of the same site has ended too. */
const REPLACED = `EXISTS (SELECT 1 FROM crawls newer WHERE newer.tenant_id = c.tenant_id AND newer.site_hash = c.site_hash
  AND newer.id > c.id AND newer.ended_at IS NOT NULL)`

const oldestShape = z.object({ at: z.date().nullable() })

/** When the crawl that ended first, and may be deleted, has ended. */
export const oldestCrawl = async (db: Db): Promise<Date | null> =>
  (
    await oneRow(
      db,
      oldestShape,
      `SELECT min(c.ended_at) AS at FROM crawls c WHERE c.ended_at IS NOT NULL AND ${REPLACED}`,
    )
  ).at

export const countOldCrawls = async (db: Db, before: Date): Promise<number> =>
  (
    await oneRow(db, countRow, `SELECT count(*) AS count FROM crawls c WHERE c.ended_at < :before AND ${REPLACED}`, {
      before,
    })
  ).count

/**
 * Deletes rows of the crawl that ended first, and once it has none left, the crawl. Then what crawls have left behind
 * that were deleted with their tenant or by hand.
 * @returns how many rows were deleted; 0 if nothing is left
 */
export const deleteOldCrawl = (db: Db, before: Date, limit: number): Promise<number> =>
  lowPriority(db, async trx => {
    const oldest = await firstRow(
      trx,
      idRow,
      `SELECT c.id FROM crawls c WHERE c.ended_at < :before AND ${REPLACED}
       ORDER BY c.ended_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
      { before },
    )
    if (!oldest) return deleteLeftovers(trx, limit)
    const deleted = await deleteRowsOf(trx, oldest.id, limit)
    if (deleted === limit) return deleted
    await trx.raw('DELETE FROM crawls WHERE id = ?', [oldest.id])
    return deleted + 1
  })

/** Deletes up to `limit` rows of a crawl, but not the crawl. @returns how many */
async function deleteRowsOf(trx: Transaction, id: string, limit: number): Promise<number> {
  let deleted = 0
  for (const table of CRAWL_TABLES) {
    const { rowCount } = await trx.raw<{ rowCount: number }>(
      `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE crawl_id = ? LIMIT ?))`,
      [id, limit - deleted],
    )
    deleted += rowCount
    if (deleted === limit) break
  }
  return deleted
}

/** Of a crawl that is not there any more. Skips from crawl to crawl in the primary key. */
async function deleteLeftovers(trx: Transaction, limit: number): Promise<number> {
  for (const table of CRAWL_TABLES) {
    const left = await firstRow(
      trx,
      idRow,
      `WITH RECURSIVE ids AS (
         (SELECT crawl_id AS id FROM ${table} ORDER BY crawl_id LIMIT 1)
         UNION ALL
         SELECT (SELECT t.crawl_id FROM ${table} t WHERE t.crawl_id > ids.id ORDER BY t.crawl_id LIMIT 1)
         FROM ids WHERE ids.id IS NOT NULL)
       SELECT ids.id FROM ids WHERE ids.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM crawls c WHERE c.id = ids.id) LIMIT 1`,
    )
    if (left) return deleteRowsOf(trx, left.id, limit)
  }
  return 0
}

const WITH_RESPONSES = `EXISTS (
  SELECT 1 FROM crawl_contents r WHERE r.crawl_id = c.id AND (r.head IS NOT NULL OR r.body IS NOT NULL))`

/** When the crawl that ended first, and has responses, has ended. */
export const oldestResponses = async (db: Db): Promise<Date | null> =>
  (
    await oneRow(
      db,
      oldestShape,
      `SELECT min(c.ended_at) AS at FROM crawls c WHERE c.ended_at IS NOT NULL AND ${WITH_RESPONSES}`,
    )
  ).at

export const countOldResponses = async (db: Db, before: Date): Promise<number> =>
  (
    await oneRow(
      db,
      countRow,
      `SELECT count(*) AS count FROM crawl_contents r JOIN crawls c ON c.id = r.crawl_id
       WHERE c.ended_at < :before AND (r.head IS NOT NULL OR r.body IS NOT NULL)`,
      { before },
    )
  ).count

/** @returns of how many pages the response was removed */
export const removeOldResponses = (db: Db, before: Date, limit: number): Promise<number> =>
  lowPriority(db, async trx => {
    const { rowCount } = await trx.raw<{ rowCount: number }>(
      `UPDATE crawl_contents t SET head = NULL, body = NULL FROM (
         SELECT r.crawl_id, r.key FROM crawls c JOIN crawl_contents r ON r.crawl_id = c.id
         WHERE c.ended_at < ? AND (r.head IS NOT NULL OR r.body IS NOT NULL) LIMIT ?) AS old
       WHERE t.crawl_id = old.crawl_id AND t.key = old.key`,
      [before, limit],
    )
    return rowCount
  })
