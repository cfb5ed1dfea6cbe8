import { setTimeout as delay } from 'node:timers/promises'
import type { Crawl } from '../../../src/contract/crawls'
import type { Place, Server } from '../../place'
import { postgresProcesses } from '../../postgres-processes'
import { cpuSecondsOf, peakRssBytesOf, resetPeakRss } from '../../processes'

const POLL_MS = 200
const PAGE = 1_000
/** So that it stops for the end of the site only. */
const LIMITS = { pages: 1_000_000, depth: 1_000, bytes: 1e12, seconds: 86_400 }

/** Tailrace as far as a crawl needs it. */
export interface Ours {
  place: Place
  /** The one with the API is first. */
  servers: readonly [Server, ...Server[]]
}

/** A crawl from its request to its end, and what all processes needed for it. */
export interface OurRun {
  crawl: Crawl
  cpuSeconds: number
  /** The most: of the processes of Tailrace, and of Redis. */
  rssBytes: number
  redisRssBytes: number
}

/** The settings that make it do the same as others: no sitemaps, no links to elsewhere, everything anew. */
export const settingsOf = (seed: string, more: Record<string, unknown> = {}) => ({
  ...{ seeds: [seed], limits: LIMITS, sitemaps: false, check_external: false, conditional: false, ...more },
})

/** Crawls, with a reader of the crawl's stream. @param look called every 200 ms */
export async function crawlAll(ours: Ours, settings: object, look?: (crawl: Crawl) => void): Promise<OurRun> {
  const { place, servers } = ours
  const [web] = servers
  const cpuBefore = cpuSeconds(ours)
  for (const pid of [place.redisPid, ...servers.map(server => server.pid)]) resetPeakRss(pid)
  const { crawl, links } = await web.post('/api/crawls', settings)
  const reader = readStream(web, place.token, links.stream)
  const ended = await untilEnded(web, crawl.id, look)
  await reader.stop()
  return {
    crawl: ended,
    cpuSeconds: cpuSeconds(ours) - cpuBefore,
    rssBytes: servers.reduce((sum, { pid }) => sum + peakRssBytesOf(pid), 0),
    redisRssBytes: peakRssBytesOf(place.redisPid),
  }
}

const cpuSeconds = ({ place, servers }: Ours) =>
  [place.redisPid, ...servers.map(({ pid }) => pid), ...postgresProcesses(place.folder)].reduce(
    (sum, pid) => sum + cpuSecondsOf(pid),
    0,
  )

/** Reads all that a viewer of the crawl gets. */
function readStream({ url }: Server, token: string, path: string) {
  const stop = new AbortController()
  const headers = { authorization: `Bearer ${token}` }
  let bytes = 0
  const reading = fetch(url + path, { headers, signal: stop.signal }).then(async ({ status, body }) => {
    if (status !== 200) throw new Error(`${path} answered ${status}`)
    for await (const piece of body ?? []) bytes += piece.length
  })
  const read = reading.catch(error => {
    if (!stop.signal.aborted) throw error
  })
  return {
    stop: async () => {
      stop.abort()
      await read
      if (bytes === 0) throw new Error(`${path} sent nothing`)
    },
  }
}

async function untilEnded(web: Server, id: string, look?: (crawl: Crawl) => void): Promise<Crawl> {
  for (;;) {
    const crawl: Crawl = await web.get(`/api/crawls/${id}`)
    look?.(crawl)
    if (crawl.ended_at) return checked(crawl)
    await delay(POLL_MS)
  }
}

function checked(crawl: Crawl): Crawl {
  if (crawl.ended_because === 'completed' && crawl.failed === 0) return crawl
  throw new Error(`The crawl ended because of ${crawl.ended_because}: ${JSON.stringify(crawl)}`)
}

/** All pages that were fetched, and the time from the start of the crawl to the last of them. */
export async function pagesOf({ servers: [web] }: Ours, { id, started_at }: Crawl) {
  const urls: string[] = []
  let lastMs = 0
  for (let cursor = ''; ; ) {
    const page = await web.get(
      `/api/crawls/${id}/pages?status=fetched&limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    for (const { url, fetched_at } of page.items as { url: string; fetched_at: string }[]) {
      urls.push(url)
      lastMs = Math.max(lastMs, Date.parse(fetched_at))
    }
    if (!page.next_cursor) return { urls, seconds: (lastMs - Date.parse(started_at ?? '')) / 1_000 }
    cursor = page.next_cursor
  }
}
