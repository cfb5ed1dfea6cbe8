import { createDb, type Db } from '../../src/base/db'
import { type Site, startSite } from '../monitors/world'
import { eventually } from '../support/programs'
import { System, untilPart } from './system'

const MONITORS = 40
let system: System
let site: Site
let db: Db

beforeAll(async () => {
  system = await System.start({ webs: 2, workers: 2, env: { SECRETS_KEY: 'ab'.repeat(32) } })
  site = await startSite()
  db = createDb(system.parts.postgres.url, 2)
  // at the same time over two processes, while others renew what they own
  await Promise.all(
    Array.from({ length: MONITORS }, async (_, i) => {
      const monitor = { name: `monitor ${i}`, type: 'http', target: `${site.url}${i}`, interval_seconds: 1 }
      expect((await system.web(i % 2).post('/api/monitors', monitor)).status).toBe(201)
    }),
  )
})

afterAll(async () => {
  await db?.destroy()
  await site?.close()
  await system.stop()
})

/** How many monitors were checked within a time, by the checks that are stored. */
async function checkedBetween(from: Date, to = new Date(8.64e15)): Promise<number> {
  const found = db('monitor_checks').where('checked_at', '>', from).andWhere('checked_at', '<', to)
  return Number((await found.countDistinct('monitor_id as count').first())?.count)
}

const untilAllChecked = (since: Date) =>
  eventually(async () => (await checkedBetween(since)) === MONITORS, 'all monitors to be checked')

const owners = async () => new Set((await db('monitor_shards').pluck('owner')).filter(Boolean))

test('several workers share the monitors', async () => {
  await untilAllChecked(new Date(0))
  await eventually(async () => (await owners()).size === 2, 'both workers to own shards')
  const counts = await db('monitor_shards').select('owner').count('* as count').groupBy('owner')
  expect(counts.map(({ count }) => Number(count))).toEqual([32, 32])
})

test('when a worker is killed, another takes its monitors, and each check is stored and told once', async () => {
  const killed = new Date()
  await system.worker(1).kill()
  await eventually(async () => (await owners()).size === 1, 'one worker to own all shards')
  await untilAllChecked(new Date())
  expect(await checkedBetween(killed)).toBe(MONITORS)
  const count = async (table: string) => Number((await db(table).count('* as count').first())?.count)
  const events = Number(
    (await db('stream_entries').where({ kind: 'monitor_check' }).count('* as count').first())?.count,
  )
  expect(Math.abs(events - (await count('monitor_checks')))).toBeLessThan(MONITORS) // read one after the other
  const doubled = await db('monitor_checks').select('id').groupBy('id').havingRaw('count(*) > 1')
  expect(doubled).toEqual([])
})

test('while PostgreSQL is away, monitors are checked, and the checks are stored when it is back', async () => {
  await system.parts.postgres.kill()
  await untilPart(system.worker(), 'postgres', false)
  const away = new Date()
  const before = site.requests
  await eventually(() => site.requests >= before + 3 * MONITORS, 'checks during the outage')
  const back = new Date()
  await system.parts.postgres.restart()
  await untilPart(system.worker(), 'postgres', true)
  await eventually(async () => (await checkedBetween(away, back)) === MONITORS, 'the checks to be stored')
})

test('while Redis is away, monitors are checked as ever', async () => {
  await system.parts.redis.kill()
  await untilPart(system.worker(), 'redis', false)
  const away = new Date()
  await untilAllChecked(away)
  await system.parts.redis.restart()
  await untilPart(system.worker(), 'redis', true)
})
