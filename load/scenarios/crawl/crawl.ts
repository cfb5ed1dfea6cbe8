import { existsSync } from 'node:fs'
import { AIMS } from '../../limits'
import { findScrapy, installCrawlee } from '../../peers/crawl/crawlers'
import { startPlace, startServer } from '../../place'
import { type Program, startProgram } from '../../programs/program'
import type { SiteQuestions } from '../../programs/site'
import type { Scenario } from '../scenario'
import { profiled } from '../stage'
import { bigSite } from './big'
import { frontierMemory } from './frontier'
import type { Ours } from './ours'
import { race } from './race'
import { workersCompared } from './workers'

const DOCS = '/usr/share/doc/postgresql-doc-15/html'
const BIG_PAGES = 100_000
const COMPARED_PAGES = 10_000
const ENV = { OUTBOUND_ALLOW: '127.0.0.0/8' }

/**
 * A real site of some 1,170 pages beside Crawlee and Scrapy; what URLs that wait need in memory; a site of 100,000 pages; and two
 * worker processes on one crawl.
 */
export const crawl: Scenario = async ({ profileTo }) => {
  if (!existsSync(DOCS)) throw new Error('The site to crawl is missing: apt-get install postgresql-doc-15')
  const place = await startPlace()
  const crawlee = await installCrawlee()
  try {
    const server = await startServer(place, 'all', ENV)
    const ours: Ours = { place, servers: [server] }
    const docs = await withSite(
      site => site.ask('serveFolder', { folder: DOCS }),
      origin =>
        profiled(server, 'crawl', profileTo, () =>
          race(ours, `${origin}/index.html`, { crawlee, scrapy: findScrapy() }),
        ),
    )
    const frontier = await withSite(generated(0), origin => frontierMemory(ours, origin))
    const big = await withSite(generated(BIG_PAGES), origin => bigSite(ours, origin, BIG_PAGES))
    await server.stop()
    const workers = await withSite(generated(COMPARED_PAGES), origin =>
      workersCompared(place, origin, COMPARED_PAGES, ENV),
    )
    return {
      ...{ docs, aim_times_the_faster: AIMS.crawlTimesTheFaster, frontier, big, workers },
      processes: ['all (with workers), or web and one or two workers', 'postgres', 'redis', 'site', 'stream reader'],
    }
  } finally {
    await crawlee?.remove()
    await place.stop()
  }
}

type SiteProgram = Program<SiteQuestions>

const generated = (pages: number) => (site: SiteProgram) => site.ask('serveGenerated', { pages })

/** @param serve says what the site serves, and returns its address */
async function withSite<T>(serve: (site: SiteProgram) => Promise<string>, work: (origin: string) => Promise<T>) {
  const site = startProgram<SiteQuestions>('load/programs/site')
  try {
    return await work(await serve(site))
  } finally {
    await site.stop()
  }
}
