import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { brokenLink } from '../../contract/crawl-reports'
import { type CrawlRef, OWN_CRAWL } from '../pages/crawl-ref-store'
import { AFTER, HAS_LINKS, IN_ORDER, type PagePosition } from '../pages/page-rows'
import { BROKEN_ERROR, BROKEN_PAGES } from './broken-rows'

/** Referrers that are kept of a broken link. */
export const REFERRERS_MAX = 1_000

const AFTER_LINK = '(b.url COLLATE "C", b.key) > (CAST(:url AS text), CAST(:key AS bigint))'

const sizeRow = z.object({ url: z.string(), key: z.string(), kept: z.number() })

interface BrokenQuery {
  isNew: boolean | undefined
  after: PagePosition
  limit: number
}

/** The next broken links, with the number of referrers that are kept. */
export const listBrokenSizes = (db: Db, { tenantId, id }: CrawlRef, { isNew, after, limit }: BrokenQuery) =>
  manyRows(
    db,
    sizeRow,
    `SELECT b.url, b.key::text AS key, least(b.referrer_count, ${REFERRERS_MAX}) AS kept FROM crawl_broken_links b
     WHERE b.crawl_id = ${OWN_CRAWL} AND (CAST(:isNew AS boolean) IS NULL OR b.is_new = :isNew) AND ${AFTER_LINK}
     ORDER BY b.url COLLATE "C", b.key LIMIT :limit`,
    { tenantId, crawlId: id, isNew: isNew ?? null, ...after, limit },
  )

export const listBrokenLinks = (db: Db, { tenantId, id }: CrawlRef, { isNew, after, limit }: BrokenQuery) =>
  manyRows(
    db,
    brokenLink,
    `SELECT b.key::text AS key, b.url, b.status_code, b.error, b.is_external, b.is_new, b.referrer_count, b.referrers
     FROM crawl_broken_links b
     WHERE b.crawl_id = ${OWN_CRAWL} AND (CAST(:isNew AS boolean) IS NULL OR b.is_new = :isNew) AND ${AFTER_LINK}
     ORDER BY b.url COLLATE "C", b.key LIMIT :limit`,
    { tenantId, crawlId: id, isNew: isNew ?? null, ...after, limit },
  )

const candidateRow = brokenLink.pick({ key: true, url: true, status_code: true, error: true, is_external: true })

/** The next URLs that are broken if a page links to them, from the pages themselves. */
export const listBrokenPages = (db: Db, { tenantId, id }: CrawlRef, after: PagePosition, limit: number) =>
  manyRows(
    db,
    candidateRow,
    `SELECT p.key::text AS key, p.url, bad.status_code, ${BROKEN_ERROR} AS error, p.is_external FROM ${BROKEN_PAGES}
     WHERE p.crawl_id = :crawlId AND p.tenant_id = :tenantId AND ${AFTER} ORDER BY ${IN_ORDER} LIMIT :limit`,
    { tenantId, crawlId: id, ...after, limit },
  )

const edgeRow = z.object({ key: z.string(), from_key: z.string(), from_url: z.string(), count: z.number() })
export type BrokenEdge = z.output<typeof edgeRow>

/** For each of the URLs the first pages that link to it, with the number of all. */
export const listEdgesTo = (db: Db, { tenantId, id }: CrawlRef, keys: readonly string[], eachMax: number) =>
  manyRows(
    db,
    edgeRow,
    `SELECT key, from_key, from_url, count FROM (
       SELECT l.key::text AS key, p.key::text AS from_key, coalesce(p.final_url, p.url) AS from_url,
         count(*) OVER (PARTITION BY l.key)::integer AS count,
         row_number() OVER (PARTITION BY l.key ORDER BY ${IN_ORDER}) AS no
       FROM crawl_pages p CROSS JOIN LATERAL unnest(p.links) AS l(key)
       WHERE p.crawl_id = :crawlId AND p.tenant_id = :tenantId AND ${HAS_LINKS} AND l.key = ANY(:keys::bigint[])) AS edges
     WHERE no <= :eachMax ORDER BY no`,
    { tenantId, crawlId: id, keys, eachMax },
  )
