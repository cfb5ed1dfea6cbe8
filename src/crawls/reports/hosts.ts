import type { Db } from '../../base/db'
import type { CrawlHost } from '../../contract/crawl-reports'
import type { CrawlRef } from '../pages/crawl-ref-store'
import { type HostRow, listHosts } from './host-store'

/** What the frontier knows about a host of a crawl that runs. */
export interface LiveHost {
  host: string
  queued: number
  /** What is kept between requests; null until its robots.txt is known. */
  delayMs: number | null
  /** When the next request is allowed; null when nothing is queued. */
  nextFetchAt: Date | null
}

/** All hosts of a crawl with something queued or being fetched. */
export type LiveHosts = (crawl: CrawlRef) => Promise<LiveHost[]>

interface Query {
  q: string | undefined
  after: string | undefined
  limit: number
}

/** Hosts by name, at most one more than the limit. */
export async function hostsOf(db: Db, crawl: CrawlRef, { q, after, limit }: Query, live?: LiveHosts) {
  const known = new Map((await live?.(crawl))?.map(host => [host.host, host]))
  const rows = await listHosts(db, crawl, { q, after: after ?? '', limit: limit + 1, live: [...known.keys()] })
  return rows.map(row => shown(row, known.get(row.host)))
}

function shown({ host, fetched, failed, origin, outcome, fetched_at, ...robots }: HostRow, live?: LiveHost): CrawlHost {
  return {
    host,
    robots:
      origin === null || outcome === null || fetched_at === null
        ? null
        : { origin, outcome, ...robots, sitemaps: robots.sitemaps ?? [], fetched_at: fetched_at.toISOString() },
    delay_ms: live?.delayMs ?? null,
    queued: live?.queued ?? 0,
    fetched,
    failed,
    next_fetch_at: live?.nextFetchAt?.toISOString() ?? null,
  }
}
