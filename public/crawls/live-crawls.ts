import type { CrawlItem, CrawlProgress } from '../../src/contract/crawls'
import type { JobEvent } from '../../src/contract/jobs'
import { hasEnded } from '../jobs/job'
import { settledOf } from './counts'

/** What an event of the tenant says about crawls: how far one is, or that one was created or changed its state. */
export type CrawlNews = { progress: CrawlProgress } | { changed: string }

/** The news in an event of the tenant; undefined if it is about something else. */
export function crawlNewsIn({ type, data }: { type: string; data: unknown }): CrawlNews | undefined {
  const content = (data as { data?: unknown } | null)?.data
  if (type === 'crawl_progress') return { progress: content as CrawlProgress }
  if (!/^job_(created|started|completed|failed|cancelled|retried)$/.test(type)) return undefined
  const { kind, job_id } = content as JobEvent
  return kind === 'crawl' ? { changed: job_id } : undefined
}

type Live = Omit<CrawlProgress, 'crawl_id' | 'job_id' | 'failed_by'>

/** The same object if the news is older than what is known, for example because the stream repeats it. */
export function afterProgress<Known extends Live>(
  known: Known,
  { crawl_id, job_id, ...progress }: CrawlProgress,
): Known {
  const isOlder = settledOf(progress) < settledOf(known) || (hasEnded(known.status) && !hasEnded(progress.status))
  return isOlder ? known : { ...known, ...progress }
}

/**
 * Applies the news of a frame. Rows that nothing has happened to stay the same objects.
 * `stale`: how many rows must be read again, because events do not say all of what has changed.
 */
export function applyToCrawls(crawls: CrawlItem[], news: readonly CrawlNews[]) {
  const latest = new Map(news.flatMap(each => ('progress' in each ? [[each.progress.crawl_id, each.progress]] : [])))
  const items = crawls.map(crawl => {
    const progress = latest.get(crawl.id)
    return progress ? afterProgress(crawl, progress) : crawl
  })
  return { items, stale: news.some(each => 'changed' in each) ? crawls.length || 1 : 0 }
}
