import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../base/db'
import type { Run } from '../../jobs'
import type { Fetcher } from '../fetch/fetcher'
import type { PageRecord } from '../pages/page-record'
import { walkSitemaps } from '../sitemaps/walk-sitemaps'
import type { CrawlUrl } from '../urls/crawl-url'
import { readUrl } from '../urls/read-url'
import { type DecidedLink, FoundLinks, type FoundUrl, recordOf } from './found-links'
import { crawlDelayMs } from './origins'
import { type Site, seedOrigins } from './site'
import { storeSitemap, storeSitemapUrls } from './sitemap-store'

const LOOK_AGAIN_MS = 500
/** URLs of a sitemap are taken as linked from the seeds. */
const SITEMAP_DEPTH = 1

/** Adds the seeds and what sitemaps list. Doing it again changes nothing. */
export async function discover(run: Pick<Run, 'log' | 'signal'>, site: Site, db: Db): Promise<void> {
  const found = new FoundLinks(site)
  await addSeeds(site, found)
  const urls = [...site.settings.sitemap_urls, ...(await namedSitemaps(run, site))]
  if (!urls.length) return
  const origins = new Set([...seedOrigins(site.settings), ...urls.map(url => new URL(url).origin)])
  let listed = 0
  await walkSitemaps(
    {
      fetcher: politely(site),
      userAgent: site.settings.user_agent,
      timeoutMs: site.settings.limits.timeout_ms,
      urls,
      mayFetch: url => origins.has(new URL(url).origin),
      async onUrls(entries) {
        const read = entries.flatMap(({ url: href, lastmod, sitemap }) => {
          const url = readUrl(href, undefined, site.urlOptions)
          return url ? [{ url, lastmod, sitemap }] : []
        })
        listed += read.length
        await storeSitemapUrls(db, site.ref.id, read)
        await addListed(
          site,
          found,
          read.map(({ url }) => url),
        )
      },
      async onSitemap(report) {
        await storeSitemap(db, site.ref.id, report)
        if (report.statusCode === 404 && report.url.endsWith('/sitemap.xml'))
          await run.log.debug(`There is no ${report.url}`)
        else if (report.problem) await run.log.warn(`Sitemap ${report.url}: ${report.problem}`)
        else await run.log.info(`Sitemap ${report.url}: ${report.urls} URLs`)
      },
    },
    run.signal,
  )
  await run.log.info(`Sitemaps list ${listed} URLs`)
}

/** The sitemaps of the seeds' origins: those that robots.txt names, or else the usual place. */
async function namedSitemaps(run: Pick<Run, 'log' | 'signal'>, site: Site): Promise<string[]> {
  const { sitemaps, politeness, scope } = site.settings
  if (!sitemaps || scope.type === 'page') return []
  const named: string[] = []
  for (const origin of seedOrigins(site.settings)) {
    const { host = '' } = readUrl(origin, undefined, site.urlOptions) ?? {}
    if (!site.parts.origins.peek(origin)) await turn(site, host, run.signal)
    const { file, robots, askedAt = 0 } = await site.parts.origins.read(origin, host, run.signal)
    const crawlDelay = politeness.obey_robots ? crawlDelayMs(robots) : 0
    await site.parts.frontier.rest(host, performance.now() - askedAt, crawlDelay)
    const { outcome, detail } = file
    await run.log[outcome === 'unreachable' ? 'warn' : 'info'](
      `robots.txt of ${origin}: ${outcome}${detail ? ` (${detail})` : ''}`,
    )
    if (outcome === 'unreachable' && politeness.obey_robots) continue
    const usual = new URL('/sitemap.xml', origin).href
    const isAllowed = !politeness.obey_robots || robots.decide(usual).allowed
    named.push(...(robots.sitemaps.length || !isAllowed ? robots.sitemaps : [usual]))
  }
  return named
}

export function addSeeds(site: Site, found: FoundLinks): Promise<void> {
  const seeds = site.settings.seeds.flatMap(seed => readUrl(seed, undefined, site.urlOptions) ?? [])
  return add(
    site,
    found,
    seeds.map(url => ({ url, depth: 0, nofollow: false, from: null })),
  )
}

/** Adds what sitemaps list. */
export const addListed = (site: Site, found: FoundLinks, urls: readonly CrawlUrl[]) =>
  add(
    site,
    found,
    urls.map(url => ({ url, depth: SITEMAP_DEPTH, nofollow: false, from: null })),
  )

/** Adds URLs to the frontier, and stores those that are not fetched. */
async function add(site: Site, found: FoundLinks, urls: readonly FoundUrl[]): Promise<void> {
  const decided: DecidedLink[] = urls.flatMap(each => found.decide(each) ?? [])
  const skipped: PageRecord[] = decided.flatMap(each => recordOf(each) ?? [])
  if (skipped.length) await site.parts.recorder.record(site.ref, skipped)
  await site.parts.frontier.add(decided)
}

/** Requests outside of the frontier take turns with those of the crawls. */
function politely(site: Site): Pick<Fetcher, 'fetch'> {
  return {
    async fetch(request, signal) {
      const { host = '' } = readUrl(request.url, undefined, site.urlOptions) ?? {}
      await turn(site, host, signal)
      const result = await site.parts.fetcher.fetch(request, signal)
      await site.parts.frontier.rest(host, result.durationMs)
      return result
    },
  }
}

/** Waits until a host may be asked. Looks again soon, since the crawl may be paused, or its delay changed. */
async function turn({ parts: { frontier } }: Site, host: string, signal: AbortSignal): Promise<void> {
  for (let waitMs = await frontier.turn(host); waitMs; waitMs = await frontier.turn(host))
    await delay(Math.min(waitMs, LOOK_AGAIN_MS), undefined, { signal })
}
