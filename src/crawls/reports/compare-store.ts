import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { CrawlRef } from '../pages/crawl-ref-store'

const changeRow = z.object({
  /** One of the comparisons, or `unchanged`. */
  kind: z.string(),
  /** How many there are of this kind. */
  total: z.number(),
  url: z.string(),
  key: z.string(),
  title: z.string().nullable(),
  detail: z.string(),
})
export type ChangeRow = z.output<typeof changeRow>

/** Pages by where redirects led: each once, the one without redirects if there is one. */
const pagesOf = (
  crawl: string,
) => `SELECT DISTINCT ON (coalesce(p.final_key, p.key)) coalesce(p.final_key, p.key) AS key,
    coalesce(p.final_url, p.url) AS url, p.title, p.status_code, p.content_hash, p.text_hash, p.noindex
  FROM crawl_pages p WHERE p.crawl_id = ${crawl} AND p.tenant_id = :tenantId AND p.outcome = 'fetched'
  ORDER BY coalesce(p.final_key, p.key), p.redirects, p.key`

const CHANGED = `concat_ws(', ',
  CASE WHEN later.title IS DISTINCT FROM earlier.title THEN 'title' END,
  CASE WHEN later.status_code IS DISTINCT FROM earlier.status_code THEN 'status' END,
  CASE WHEN later.content_hash <> earlier.content_hash
    THEN CASE WHEN later.text_hash = earlier.text_hash THEN 'markup' ELSE 'content' END END,
  CASE WHEN later.noindex <> earlier.noindex THEN 'noindex' END)`

const WHY = `coalesce('status ' || p.status_code, p.reason, 'no answer')`

/**
 * What differs between the pages of two crawls, at most `max` of each kind, with the number of all.
 * - A page is there if it was fetched. One that fails now is gone, since a visitor would not get it either; one that was
 *   skipped is left out, since nothing is known about it, and so is one that was skipped before.
 * - It has moved if its URL redirects elsewhere now, or if a new URL has the very same content.
 */
export const listChanges = (db: Db, later: CrawlRef, earlierId: string, max: number): Promise<ChangeRow[]> =>
  manyRows(
    db,
    changeRow,
    `WITH later AS MATERIALIZED (${pagesOf(':later')}), earlier AS MATERIALIZED (${pagesOf(':earlier')}),
     added AS MATERIALIZED (
       SELECT l.*, p.outcome, ${WHY} AS why,
         row_number() OVER (PARTITION BY l.content_hash ORDER BY l.url COLLATE "C") AS no
       FROM later l LEFT JOIN crawl_pages p ON p.crawl_id = :earlier AND p.tenant_id = :tenantId AND p.key = l.key
       WHERE NOT EXISTS (SELECT 1 FROM earlier e WHERE e.key = l.key)),
     missing AS MATERIALIZED (
       SELECT e.*, p.outcome, ${WHY} AS why, p.final_key, p.final_url,
         row_number() OVER (PARTITION BY e.content_hash, p.outcome IS NOT DISTINCT FROM 'fetched'
           ORDER BY e.url COLLATE "C") AS no
       FROM earlier e LEFT JOIN crawl_pages p ON p.crawl_id = :later AND p.tenant_id = :tenantId AND p.key = e.key
       WHERE NOT EXISTS (SELECT 1 FROM later l WHERE l.key = e.key)),
     moved AS MATERIALIZED (
       SELECT m.key, m.url, m.title, m.final_key AS new_key, m.final_url AS new_url FROM missing m
       WHERE m.outcome = 'fetched'
       UNION ALL
       SELECT m.key, m.url, m.title, a.key, a.url FROM missing m
         JOIN added a ON a.content_hash = m.content_hash AND a.no = m.no
       WHERE m.outcome IS DISTINCT FROM 'fetched'
         AND NOT EXISTS (SELECT 1 FROM missing r WHERE r.outcome = 'fetched' AND r.final_key = a.key)),
     compared AS MATERIALIZED (
       SELECT later.key, later.url, later.title, ${CHANGED} AS detail FROM later JOIN earlier ON earlier.key = later.key),
     changes AS (
       SELECT 'moved' AS kind, key, url, title, 'to ' || new_url AS detail FROM moved
       UNION ALL
       SELECT 'new', key, url, title, CASE WHEN outcome = 'failed' THEN 'failed before: ' || why ELSE 'was not there' END
       FROM added WHERE outcome IS DISTINCT FROM 'skipped' AND key NOT IN (SELECT new_key FROM moved)
       UNION ALL
       SELECT 'gone', key, url, title, CASE WHEN outcome = 'failed' THEN 'fails now: ' || why ELSE 'was not found' END
       FROM missing WHERE outcome IS DISTINCT FROM 'skipped' AND key NOT IN (SELECT key FROM moved)
       UNION ALL
       SELECT CASE detail WHEN '' THEN 'unchanged' ELSE 'changed' END, key, url, title, detail FROM compared)
     SELECT kind, total::integer AS total, url, key::text AS key, title, detail FROM (
       SELECT *, count(*) OVER (PARTITION BY kind) AS total,
         row_number() OVER (PARTITION BY kind ORDER BY url COLLATE "C", key) AS place FROM changes) AS numbered
     WHERE place <= CASE kind WHEN 'unchanged' THEN 1 ELSE :max END ORDER BY kind, place`,
    { tenantId: later.tenantId, later: later.id, earlier: earlierId, max },
  )
