import { median, rounded } from '../../figures'
import type { Crawler, CrawlerRun } from '../../peers/crawl/crawlers'
import { crawlAll, type Ours, pagesOf, settingsOf } from './ours'

const ROUNDS = 3
/** Requests at the same time, of all crawlers. */
const CONCURRENCY = 16

type Run = CrawlerRun & Record<string, unknown>
type Racer = (seed: string) => Promise<Run>

/** One after the other in each round: Tailrace with and without the archive, and the others that there are. */
export async function race(ours: Ours, seed: string, others: Record<string, Crawler | undefined>) {
  const racers: Record<string, Racer> = {
    tailrace: ourRacer(ours, true),
    tailrace_without_archive: ourRacer(ours, false),
  }
  for (const [name, crawler] of Object.entries(others))
    if (crawler) racers[name] = async from => ({ ...(await crawler.crawl(from, CONCURRENCY)) })
  const runs: Record<string, Run[]> = Object.fromEntries(Object.keys(racers).map(name => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, racer] of Object.entries(racers)) runs[name]?.push(await racer(seed))
    requireSamePages(Object.fromEntries(Object.entries(runs).map(([name, each]) => [name, each[round]?.urls ?? []])))
  }
  const times = (names: readonly string[]) => rounded(median(ratios(runs, names)))
  const peers = Object.keys(others).filter(name => racers[name])
  return {
    ...{ pages: runs.tailrace?.[0]?.urls.length, rounds: ROUNDS, concurrency: CONCURRENCY },
    ...Object.fromEntries(Object.entries(runs).map(([name, each]) => [name, figuresOf(each)])),
    ...Object.fromEntries(peers.map(name => [`times_${name}`, times([name])])),
    ...(peers.length > 1 && { times_the_faster: times(peers) }),
  }
}

const ourRacer =
  (ours: Ours, archive: boolean): Racer =>
  async seed => {
    const politeness = { delay_ms: 0, concurrency: CONCURRENCY }
    const { crawl, cpuSeconds, rssBytes, redisRssBytes } = await crawlAll(
      ours,
      settingsOf(seed, { politeness, archive }),
    )
    const wholeSeconds = (Date.parse(crawl.ended_at ?? '') - Date.parse(crawl.created_at)) / 1_000
    return { ...(await pagesOf(ours, crawl)), cpuSeconds, rssBytes, redisRssBytes, wholeSeconds }
  }

/** By round: how many times as many pages per second as the fastest of these. */
const ratios = (runs: Record<string, Run[]>, names: readonly string[]) =>
  (runs.tailrace ?? []).map(
    (own, round) => Math.min(...names.map(name => runs[name]?.[round]?.seconds ?? Number.NaN)) / own.seconds,
  )

function figuresOf(runs: readonly Run[]) {
  const middle = (valueIn: (run: Run) => number) => rounded(median(runs.map(valueIn)))
  const mib = (name: string) => middle(run => Number(run[name]) / 2 ** 20)
  return {
    pages_per_s: middle(({ urls, seconds }) => urls.length / seconds),
    cpu_ms_per_page: middle(({ urls, cpuSeconds }) => (cpuSeconds * 1_000) / urls.length),
    rss_mib: mib('rssBytes'),
    ...(runs[0]?.redisRssBytes !== undefined && {
      redis_rss_mib: mib('redisRssBytes'),
      // with the reports at the end
      whole_seconds: middle(run => Number(run.wholeSeconds)),
    }),
  }
}

/** @throws Error that names some of the pages that not all have found, or that one has found twice */
function requireSamePages(found: Record<string, string[]>) {
  const sets = Object.entries(found).map(([name, urls]) => ({ name, urls, set: new Set(urls.map(withoutFragment)) }))
  const all = new Set(sets.flatMap(({ set }) => [...set]))
  for (const { name, urls, set } of sets) {
    const missing = [...all].filter(url => !set.has(url))
    if (missing.length)
      throw new Error(`${name} has not found ${missing.length} of ${all.size} pages: ${missing.slice(0, 5).join(' ')}`)
    if (urls.length !== set.size) throw new Error(`${name} has fetched ${urls.length - set.size} pages more than once`)
  }
}

const withoutFragment = (url: string) => url.replace(/#.*/, '')
