import { DEFAULT_TENANT_ID } from '../../src/api'
import { createDb, type Db } from '../../src/base/db'
import { crawlRetention } from '../../src/crawls/reports/retention'
import { CRAWL_TABLES } from '../../src/crawls/reports/retention-store'
import { testDatabase } from '../support/parts'
import { rows } from '../support/rows'
import { addCrawl, addPage, addSitemapUrl } from './rows'

const DAY_MS = 86_400_000
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS)

let database: Awaited<ReturnType<typeof testDatabase>>
let db: Db
beforeAll(async () => {
  database = await testDatabase()
  db = createDb(database.url, 2)
  await db('tenants').insert({ id: DEFAULT_TENANT_ID, name: 'Default' })
})
afterAll(async () => {
  await db.destroy()
  await database.drop()
})

async function crawlOf(siteHash: string, endedAt: Date | null) {
  const id = await addCrawl(db, { siteHash, endedAt })
  for (const path of ['a', 'b', 'c']) await addPage(db, id, `https://site.test/${path}`)
  await addSitemapUrl(db, id, 'https://site.test/a')
  return id
}

async function sweep(name: string, before: Date, limit: number) {
  const target = crawlRetention(db).find(each => each.name === name)
  if (!target) throw new Error(name)
  const deleted: number[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const swept = await target.sweep(before, limit, cursor)
    deleted.push(swept.deleted)
    cursor = swept.next
  }
  return { deleted, measure: await target.measure(), count: await target.count(before) }
}

const left = async (table: string) =>
  (await rows<{ id: string }>(db, `SELECT DISTINCT crawl_id AS id FROM ${table} ORDER BY 1`)).map(({ id }) => id)

test('old crawls are deleted in steps, but for the latest of a site and those that run; so is what others left behind', async () => {
  const old = await crawlOf('site', daysAgo(40))
  const latest = await crawlOf('site', daysAgo(35))
  const running = await crawlOf('site', null)
  const [single, lost] = [await crawlOf('single', daysAgo(400)), await crawlOf('lost', daysAgo(1))]
  await db('crawls').where({ id: lost }).delete()
  const [target] = crawlRetention(db)
  expect(await target?.count(daysAgo(30))).toBe(1)
  expect((await target?.measure())?.oldest?.getTime()).toBeCloseTo(daysAgo(40).getTime(), -6)
  const { deleted, measure, count } = await sweep('crawls', daysAgo(30), 4)
  // 7 rows and the crawl, then 7 rows that were left
  expect(deleted).toEqual([4, 4, 4, 3, 0])
  expect([measure.oldest, count]).toEqual([null, 0])
  const kept = [latest, running, single].sort()
  expect((await rows<{ id: string }>(db, 'SELECT id FROM crawls ORDER BY id')).map(({ id }) => id)).toEqual(kept)
  for (const table of ['crawl_pages', 'crawl_contents', 'crawl_sitemap_urls']) expect(await left(table)).toEqual(kept)
  expect(kept).not.toContain(old)
})

test('responses are removed, and the rest of the page stays', async () => {
  const [old, recent] = [await crawlOf('x', daysAgo(31)), await crawlOf('y', daysAgo(29))]
  const { deleted, count } = await sweep('crawl_bodies', daysAgo(30), 2)
  expect(deleted.reduce((sum, n) => sum + n)).toBeGreaterThanOrEqual(3)
  expect(count).toBe(0)
  const found = await rows<{ id: string; kept: number; contents: number }>(
    db,
    'SELECT crawl_id AS id, count(body)::integer AS kept, count(content)::integer AS contents FROM crawl_contents WHERE crawl_id = ANY(?) GROUP BY 1 ORDER BY 1',
    [[old, recent]],
  )
  expect(found).toEqual([
    { id: old, kept: 0, contents: 3 },
    { id: recent, kept: 3, contents: 3 },
  ])
})

test('every table with rows of crawls is known', async () => {
  const tables = await rows<{ name: string }>(
    db,
    `SELECT table_name AS name FROM information_schema.columns WHERE column_name = 'crawl_id' AND table_schema = 'public'`,
  )
  expect(tables.map(({ name }) => name).sort()).toEqual([...CRAWL_TABLES].sort())
})
