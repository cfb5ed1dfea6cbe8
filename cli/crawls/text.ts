import type { BrokenLink } from '../../src/contract/crawl-reports'
import type { Crawl, CrawlCounts, CrawlProgress, EndReason } from '../../src/contract/crawls'
import { clean } from '../../text/display'
import { counted, formatBytes, formatCount } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import type { Terminal } from '../output/terminal'
import { span } from '../output/times'
import type { Report } from './fail-on'

const REFERRERS_SHOWN = 10

const END_TEXTS: Record<EndReason, string> = {
  completed: 'is complete',
  page_limit: 'reached its limit of pages',
  time_limit: 'reached its limit of time',
  bytes_limit: 'reached its limit of bytes',
  cancelled: 'was cancelled',
  blocked: 'was blocked: robots.txt allows none of it',
  failed: 'failed',
}

/** How a crawl ended, without its name. */
export const endReasonText = ({ ended_because }: Pick<Crawl, 'ended_because'>): string =>
  ended_because === null ? 'failed' : END_TEXTS[ended_because]

/** `fetch: 812 pages fetched, 40 queued, 3 failed, 57 skipped; 32 pages/s; about 2 s left`. */
export function progressText({ status, phase, ...crawl }: Omit<CrawlProgress, 'crawl_id' | 'job_id'>): string {
  const queued = crawl.queued + crawl.leased
  const counts = [
    `${counted(crawl.fetched, 'page')} fetched`,
    ...(queued ? [`${formatCount(queued)} queued`] : []),
    ...(crawl.failed ? [`${formatCount(crawl.failed)} failed`] : []),
    ...(skippedOf(crawl) ? [`${formatCount(skippedOf(crawl))} skipped`] : []),
  ].join(', ')
  const left =
    crawl.seconds_left === null
      ? ''
      : `; about ${formatDuration(Math.ceil(crawl.seconds_left) * 1_000).replace('.0', '')} left`
  const speed = crawl.pages_per_second ? `; ${rateText(crawl)} pages/s` : ''
  return `${status === 'running' ? (phase ?? status) : status}: ${counts}${speed}${status === 'paused' ? '' : left}`
}

const rateText = ({ pages_per_second: rate }: Pick<CrawlProgress, 'pages_per_second'>) =>
  rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate))

const skippedOf = ({ skipped }: Pick<CrawlCounts, 'skipped'>) => totalOf(skipped)
const totalOf = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0)

/** Two lines about a crawl that has ended. */
export function endText({ crawl, broken }: Report): string {
  const { id, started_at, created_at, ended_at, bytes } = crawl
  const counts = [
    `${counted(crawl.fetched, 'page')} fetched (${formatBytes(bytes)})`,
    `${formatCount(crawl.failed)} failed${reasonsText(crawl.failed_by)}`,
    `${formatCount(skippedOf(crawl))} skipped${reasonsText(crawl.skipped)}`,
  ].join(', ')
  const fresh = broken.filter(({ is_new }) => is_new).length
  const links = `${broken.length ? counted(broken.length, 'broken link') : 'no broken links'}${fresh ? `, ${formatCount(fresh)} new` : ''}`
  return `Crawl ${id} ${endReasonText(crawl)} after ${span(started_at ?? created_at, ended_at)}: ${links}.\n${counts}.`
}

/** ` (40 robots, 2 depth)`, the most frequent first. */
function reasonsText(counts: Record<string, number>): string {
  const found = Object.entries(counts).filter(([, count]) => count > 0)
  const texts = found.sort(([, a], [, b]) => b - a).map(([reason, count]) => `${formatCount(count)} ${clean(reason)}`)
  return texts.length ? ` (${texts.join(', ')})` : ''
}

/** What is wrong with a link: the status or the error. */
export const troubleOf = ({ status_code, error }: Pick<BrokenLink, 'status_code' | 'error'>): string =>
  clean(String(status_code ?? error ?? 'no answer'))

/** A broken link and the pages that have it. */
export function brokenText(terminal: Terminal, link: BrokenLink): string {
  const marks = [...(link.is_new ? ['new'] : []), ...(link.is_external ? ['external'] : [])]
  const mark = marks.length ? ` (${marks.join(', ')})` : ''
  return [`${terminal.paint('red', troubleOf(link))} ${clean(link.url)}${mark}`, ...referrerLines(link), ''].join('\n')
}

/** The pages that have a broken link, indented. */
export function referrerLines({ referrers, referrer_count }: BrokenLink): string[] {
  const shown = referrers.slice(0, REFERRERS_SHOWN)
  const more = referrer_count - shown.length
  return [
    ...shown.map(({ url, text }) => `    in ${clean(url)}${text && `: ${clean(text)}`}`),
    ...(more > 0 ? [`    and in ${counted(more, 'more page', 'more pages')}`] : []),
  ]
}
