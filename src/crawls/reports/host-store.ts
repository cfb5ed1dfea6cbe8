import { type Db, likePattern } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { robotsOutcome } from '../../contract/crawl-reports'
import type { CrawlRef } from '../pages/crawl-ref-store'

const hostRow = z.object({
  host: z.string(),
  fetched: z.number(),
  failed: z.number(),
  origin: z.string().nullable(),
  outcome: robotsOutcome.nullable(),
  status_code: z.number().nullable(),
  detail: z.string().nullable(),
  crawl_delay_seconds: z.number().nullable(),
  sitemaps: z.array(z.string()).nullable(),
  fetched_at: z.date().nullable(),
})
export type HostRow = z.output<typeof hostRow>

interface HostQuery {
  q: string | undefined
  after: string
  limit: number
  /** Further hosts, which may have no page yet. */
  live: readonly string[]
}

/**
 * Hosts that were asked for something, by name, with the number of their pages. Of two robots.txt of a host, the one over
 * HTTPS is shown.
 */
export const listHosts = (db: Db, { tenantId, id }: CrawlRef, { q, after, limit, live }: HostQuery) =>
  manyRows(
    db,
    hostRow,
    `WITH counted AS (
       SELECT p.host, count(*) FILTER (WHERE p.outcome = 'fetched')::integer AS fetched,
         count(*) FILTER (WHERE p.outcome = 'failed')::integer AS failed
       FROM crawl_pages p WHERE p.crawl_id = :crawlId AND p.tenant_id = :tenantId
         AND (p.outcome <> 'skipped' OR p.status_code IS NOT NULL) GROUP BY p.host),
     robots AS (
       SELECT DISTINCT ON (h.host) h.host, h.origin, h.outcome, h.status_code, h.detail, h.crawl_delay_seconds, h.sitemaps,
         h.fetched_at
       FROM crawl_hosts h JOIN crawls c ON c.id = h.crawl_id
       WHERE h.crawl_id = :crawlId AND c.tenant_id = :tenantId ORDER BY h.host, h.origin DESC),
     names AS (
       SELECT host FROM counted UNION SELECT host FROM robots UNION SELECT unnest(CAST(:live AS text[])))
     SELECT n.host, coalesce(c.fetched, 0) AS fetched, coalesce(c.failed, 0) AS failed, r.origin, r.outcome, r.status_code,
       r.detail, r.crawl_delay_seconds, r.sitemaps, r.fetched_at
     FROM names n LEFT JOIN counted c ON c.host = n.host LEFT JOIN robots r ON r.host = n.host
     WHERE n.host ILIKE :like AND n.host COLLATE "C" > CAST(:after AS text) ORDER BY n.host COLLATE "C" LIMIT :limit`,
    { tenantId, crawlId: id, like: likePattern(q ?? ''), after, limit, live },
  )
