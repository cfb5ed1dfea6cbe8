import { urlFrom } from '../../../text/url'
import type { Crawl, CrawlItem, CrawlProgress } from '../../contract/crawls'
import type { CrawlRow, StoredCounts } from './crawl-store'

/** @param counts newer than those that are stored, if there are any */
export function toCrawl(row: CrawlRow, counts: StoredCounts = row.counts): Crawl {
  const { settings, paused, findings } = row
  return {
    id: row.id,
    job_id: row.id,
    ...settings,
    has_secrets: row.secret_names,
    ...progressOf(row, counts),
    paused,
    previous_id: row.previous_id,
    findings: findings as Crawl['findings'],
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    ended_at: row.ended_at?.toISOString() ?? null,
  }
}

const progressOf = (row: CrawlRow, counts: StoredCounts) => ({
  ...counts,
  status: row.status,
  phase: row.phase,
  ended_because: row.ended_because,
})

export const toProgress = (row: CrawlRow): CrawlProgress => ({
  crawl_id: row.id,
  job_id: row.id,
  ...progressOf(row, row.counts),
})

export function toItem(row: CrawlRow): CrawlItem {
  const { id, seeds, limits, created_by, created_at, started_at, ended_at, findings } = toCrawl(row)
  const { failed_by: _, ...progress } = progressOf(row, row.counts)
  return { id, seeds, limits, ...progress, findings, created_by, created_at, started_at, ended_at }
}

export const crawlLinks = (id: string) => ({
  self: `/api/crawls/${id}`,
  page: `/crawls/${id}`,
  job: `/api/jobs/${id}`,
  pages: `/api/crawls/${id}/pages`,
  stream: `/api/jobs/${id}/logs/stream`,
  logs: `/api/jobs/${id}/logs`,
})

/** What people call the site that a crawl is about: the hosts of its seeds, in whatever order they are given. */
export function siteNameOf({ seeds }: CrawlRow['settings']): string {
  const hosts = [...new Set(seeds.flatMap(seed => urlFrom(seed)?.host ?? []))]
  const [first = '', ...others] = hosts.sort()
  return others.length ? `${first} and ${others.length} more` : first
}
