import { createDb, type Db } from '../../src/base/db'
import type { Crawl } from '../../src/contract/crawls'
import { crawlsOn, page, sumOf } from '../crawls/run/world'
import { type CrawlSite, startSite } from '../crawls/server'
import { singleRedisTest } from '../support/cluster'
import { eventually } from '../support/programs'
import { System, untilPart } from './system'

const PAGES = 300
let system: System
let site: CrawlSite
let db: Db

beforeAll(async () => {
  system = await System.start({ webs: 1, workers: 2, env: { SECRETS_KEY: 'ab'.repeat(32) } })
  db = createDb(system.parts.postgres.url, 2)
  const routes = Object.fromEntries(
    Array.from({ length: PAGES }, (_, i) => [`/${i}`, page('/0', ...[2 * i + 1, 2 * i + 2].map(child => `/${child}`))]),
  )
  site = await startSite(routes)
})

afterAll(async () => {
  await db?.destroy()
  await site?.close()
  await system.stop()
})

/** A crawl that takes some seconds, so that there is time to break something. */
async function startCrawl() {
  const crawls = crawlsOn(system.web())
  const politeness = { delay_ms: 20, concurrency: 1, obey_robots: false }
  const { id } = await crawls.start({ seeds: [`${site.url}/0`], politeness, conditional: false })
  return { ...crawls, id }
}

/** All pages were fetched and told once, and those that are missing failed. */
async function expectWhole(crawl: Crawl) {
  expect(crawl).toMatchObject({ ended_because: 'completed', fetched: PAGES, failed: PAGES + 1, queued: 0, leased: 0 })
  expect(sumOf(crawl)).toBe(crawl.discovered)
  const stored = await db('crawl_pages').where({ crawl_id: crawl.id }).count('* as count').first()
  expect(Number(stored?.count)).toBe(2 * PAGES + 1)
  const lines = await db('stream_entries as e')
    .join('stream_topics as t', 't.id', 'e.topic_id')
    .where({ 't.name': `job:${crawl.id}`, 'e.step': 'fetch' })
    .count('* as count')
    .first()
  expect(Number(lines?.count)).toBe(2 * PAGES + 1)
}

const fetchedOf = async (id: string) =>
  Number((await db('crawl_pages').where({ crawl_id: id, outcome: 'fetched' }).count('* as count').first())?.count)

test('workers share a crawl, and it is whole after each of them was killed', async () => {
  const { id, ended } = await startCrawl()
  for (const number of [0, 1]) {
    const before = await fetchedOf(id)
    await eventually(async () => (await fetchedOf(id)) > before + 20, 'pages')
    await system.worker(number).kill()
    system.workers[number] = await system.startNode('worker')
  }
  await expectWhole(await ended(id))
})

test('while Redis is away nothing is lost, and the crawl goes on when it is back', async () => {
  const { id, ended } = await startCrawl()
  await eventually(async () => (await fetchedOf(id)) > 20, 'pages')
  await system.parts.redis.kill()
  await untilPart(system.worker(), 'redis', false)
  await system.parts.redis.restart()
  await expectWhole(await ended(id))
})

singleRedisTest()('when Redis has lost its last changes, nothing is lost or doubled, and the crawl ends', async () => {
  const { id, ended } = await startCrawl()
  await eventually(async () => (await fetchedOf(id)) > 20, 'pages')
  await system.forgetInRedis(async () => {
    const before = await fetchedOf(id)
    await eventually(async () => (await fetchedOf(id)) > before + 20, 'more pages')
  })
  await expectWhole(await ended(id))
})

test('a frontier that Redis has lost is built again from what is stored', async () => {
  const { id, ended } = await startCrawl()
  await eventually(async () => (await fetchedOf(id)) > 20, 'pages')
  await system.flushRedis()
  // also by a worker that finds no more than the beginning of a new frontier
  for (const number of [0, 1]) {
    await system.worker(number).kill()
    system.workers[number] = await system.startNode('worker')
  }
  await expectWhole(await ended(id))
})

test('while PostgreSQL is away nothing is lost, and the crawl goes on when it is back', async () => {
  const { id, ended } = await startCrawl()
  await eventually(async () => (await fetchedOf(id)) > 20, 'pages')
  await system.parts.postgres.kill()
  await untilPart(system.worker(), 'postgres', false)
  await system.parts.postgres.restart()
  await expectWhole(await ended(id))
})
