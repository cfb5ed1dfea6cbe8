import type { Crawl } from '../../../src/contract/crawls'
import { median, rounded } from '../../figures'
import { rssBytesOf } from '../../processes'
import { crawlAll, type OurRun, type Ours, settingsOf } from './ours'

const CONCURRENCY = 16
const QUARTERS = 4

/** The seed of a generated site. */
export const seedOf = (origin: string) => `${origin}/0.html`

/** A site of many pages: how fast, and whether memory grows with the pages that are done. */
export async function bigSite(ours: Ours, origin: string, pages: number) {
  const { place, servers } = ours
  const samples: { fetched: number; own: number; redis: number }[] = []
  const look = ({ fetched }: Crawl) => {
    const own = servers.reduce((sum, { pid }) => sum + rssBytesOf(pid), 0)
    samples.push({ fetched, own, redis: rssBytesOf(place.redisPid) })
  }
  const run = await crawlSite(ours, origin, pages, look)
  const rss = (of: 'own' | 'redis') =>
    Array.from({ length: QUARTERS }, (_, quarter) => {
      const within = samples.filter(
        ({ fetched }) => Math.min(QUARTERS - 1, Math.floor((fetched * QUARTERS) / pages)) === quarter,
      )
      return rounded(median(within.map(sample => sample[of])) / 2 ** 20)
    })
  return {
    ...{ pages, pages_per_s: speedOf(run), cpu_ms_per_page: rounded((run.cpuSeconds * 1_000) / pages) },
    rss_mib: rounded(run.rssBytes / 2 ** 20),
    redis_rss_mib: rounded(run.redisRssBytes / 2 ** 20),
    // medians while each quarter of the pages was fetched
    rss_mib_by_quarter: rss('own'),
    redis_rss_mib_by_quarter: rss('redis'),
  }
}

/** Crawls a generated site. @throws Error if not every page was fetched once */
export async function crawlSite(ours: Ours, origin: string, pages: number, look?: (crawl: Crawl) => void) {
  const politeness = { delay_ms: 0, concurrency: CONCURRENCY }
  const run = await crawlAll(ours, settingsOf(seedOf(origin), { politeness, archive: false }), look)
  const { fetched, discovered } = run.crawl
  if (fetched !== pages || discovered !== pages)
    throw new Error(`${fetched} pages were fetched and ${discovered} discovered, of ${pages}`)
  return run
}

/** Pages per second, from the start of the crawl to its end with all reports. */
export function speedOf({ crawl }: Pick<OurRun, 'crawl'>): number {
  const ms = Date.parse(crawl.ended_at ?? '') - Date.parse(crawl.started_at ?? '')
  return rounded((crawl.fetched * 1_000) / ms)
}
