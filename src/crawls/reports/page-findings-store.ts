import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { CrawlRef } from '../pages/crawl-ref-store'
import { IN_ORDER, IS_HTML, IS_PAGE } from '../pages/page-rows'
import type { PageRange } from './page-ranges'
import { IN_RANGE, rangeBindings } from './range-rows'

const IS_SHOWN_HTML = `NOT p.noindex AND ${IS_HTML}`

/** Adds what can be seen of a single page: missing titles and descriptions, and pages that took longer than `slowMs`. */
export async function addPageFindings(db: Db, crawl: CrawlRef, range: PageRange, slowMs: number): Promise<void> {
  await db.raw(
    `INSERT INTO crawl_findings (crawl_id, type, key, url, title, detail)
     SELECT p.crawl_id, f.type, p.key, coalesce(p.final_url, p.url), p.title, f.detail
     FROM crawl_pages p CROSS JOIN LATERAL (VALUES
       ('missing_title', ${IS_SHOWN_HTML} AND coalesce(btrim(p.title), '') = '', 'has no title'),
       ('missing_description', ${IS_SHOWN_HTML} AND coalesce(btrim(p.description), '') = '', 'has no description'),
       ('slow_page', p.duration_ms > :slowMs, 'took ' || round((p.duration_ms / 1000)::numeric, 1) || ' s')
     ) AS f(type, applies, detail)
     WHERE ${IN_RANGE} AND ${IS_PAGE} AND f.applies
     ON CONFLICT DO NOTHING`,
    { ...rangeBindings(crawl, range), slowMs },
  )
}

const stepRow = z.object({
  key: z.string(),
  url: z.string(),
  final_url: z.string(),
  title: z.string().nullable(),
  redirects: z.number(),
  is_chain: z.boolean(),
  is_loop: z.boolean(),
  mixed_content: z.number(),
})

/** Pages whose contents tell more: after several redirects, or with resources over HTTP. */
export const listPagesToRead = (db: Db, crawl: CrawlRef, range: PageRange) =>
  manyRows(
    db,
    stepRow,
    `SELECT * FROM (
       SELECT p.key::text AS key, p.url, coalesce(p.final_url, p.url) AS final_url, p.title, p.redirects,
         NOT p.is_external AND (p.redirects >= 2 OR coalesce(p.reason IN ('redirect_loop', 'too_many_redirects'), false)) AS is_chain,
         coalesce(p.reason IN ('redirect_loop', 'too_many_redirects'), false) AS is_loop,
         CASE WHEN ${IS_PAGE} THEN p.mixed_content ELSE 0 END AS mixed_content
       FROM crawl_pages p WHERE ${IN_RANGE} ORDER BY ${IN_ORDER}) AS pages
     WHERE is_chain OR mixed_content > 0`,
    rangeBindings(crawl, range),
  )
