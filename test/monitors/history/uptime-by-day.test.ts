import { DEFAULT_TENANT_ID as tenantId } from '../../../src/api'
import { createDb, type Db } from '../../../src/base/db'
import { outagesOf } from '../../../src/monitors/history/outages-store'
import { knownTimeByDay, recentKnownTime } from '../../../src/monitors/history/uptime-by-day-store'
import { type TestDatabase, testDatabase } from '../../support/parts'
import { addMonitor, type Changes, HOUR_MS } from '../status-pages/world'

let database: TestDatabase
let db: Db
beforeAll(async () => {
  database = await testDatabase()
  // days are UTC, whatever the time zone of the session
  const first = createDb(database.url, 1)
  await first.raw(
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET TimeZone TO ''America/New_York''', current_database()); END $$`,
  )
  await first.destroy()
  db = createDb(database.url, 2)
  await db('tenants').insert({ id: tenantId, name: 'Default' }).onConflict().ignore()
})
afterAll(async () => {
  await db.destroy()
  await database.drop()
})

const at = (text: string) => Date.parse(`2026-${text}Z`)
const from = at('10-30T00:00')
const today = at('11-04T00:00')
const monitor = (changes: Changes) => addMonitor(db, { changes })
const hours = (up: number, down: number) => ({ up: up * HOUR_MS, down: down * HOUR_MS })

test('computes days from changes: only up and down count', async () => {
  const id = await monitor([
    [at('10-01T00:00'), 'up'],
    [at('10-30T06:00'), 'down'],
    [at('10-31T12:00'), 'maintenance'],
    [at('10-31T18:00'), 'up'],
    [at('11-02T00:00'), 'paused'],
    [at('11-03T20:00'), 'unknown'],
    [at('11-03T22:00'), 'up'],
  ])
  const fresh = await monitor([[at('11-03T12:00'), 'up']])
  const never = await monitor([])
  const days = await knownTimeByDay(db, { tenantId, ids: [id, fresh, never] }, { from, until: today })
  // the clocks of New York go back on 1 November
  expect(days.get(id)).toEqual([hours(6, 18), hours(6, 12), hours(24, 0), hours(0, 0), hours(2, 0)])
  expect(days.get(fresh)).toEqual([...Array(4).fill(hours(0, 0)), hours(12, 0)])
  expect(days.get(never)).toEqual(Array(5).fill(hours(0, 0)))
})

test('takes days that have been summed up, and computes the others', async () => {
  const id = await monitor([
    [at('10-31T12:00'), 'down'],
    [at('11-02T12:00'), 'up'],
  ])
  await db('monitor_rollups')
    .where({ grain: 'day' })
    .update({ done_until: new Date(at('11-04T00:00')) })
  const row = { monitor_id: id, checks: 1, failures: 0, histogram: [], phase_sums: [], phase_counts: [] }
  await db('monitor_days').insert([
    { ...row, at: new Date(at('10-30T00:00')), states: { up: HOUR_MS, paused: 5 } },
    { ...row, at: new Date(at('11-02T00:00')), states: { down: 2 * HOUR_MS } },
  ])
  const days = await knownTimeByDay(db, { tenantId, ids: [id] }, { from, until: today })
  expect(days.get(id)).toEqual([hours(1, 0), hours(0, 12), hours(0, 24), hours(0, 2), hours(24, 0)])
})

test('sums up the last 24 hours and this day', async () => {
  const id = await monitor([
    [at('11-01T00:00'), 'up'],
    [at('11-03T20:00'), 'down'],
    [at('11-04T02:00'), 'up'],
  ])
  const recent = await recentKnownTime(db, { tenantId, ids: [id] }, at('11-04T10:00'))
  expect(recent.get(id)).toEqual({ last24h: hours(18, 6), today: hours(8, 2) })
})

test('outages: one for rows that follow each other, and the beginning even if it was long ago', async () => {
  const id = await monitor([
    [at('09-01T00:00'), 'down'],
    [at('10-30T06:00'), 'up'],
    [at('10-31T00:00'), 'down'],
    [at('10-31T01:00'), 'down'],
    [at('10-31T02:00'), 'maintenance'],
    [at('10-31T03:00'), 'down'],
  ])
  const found = await outagesOf(db, { tenantId, ids: [id] }, { since: from, until: today, limit: 2 })
  const outage = (start: string, end?: string) => ({
    ...{ monitor_id: id, started_at: new Date(at(start)) },
    ended_at: end === undefined ? null : new Date(at(end)),
  })
  expect(found).toEqual([outage('10-31T03:00'), outage('10-31T00:00', '10-31T02:00')])
  const all = await outagesOf(db, { tenantId, ids: [id] }, { since: from, until: today, limit: 10 })
  expect(all[2]).toEqual(outage('09-01T00:00', '10-30T06:00'))
})

test('other tenants’ changes are not read', async () => {
  const id = await monitor([[at('10-01T00:00'), 'down']])
  const other = { tenantId: '00000000-0000-7000-8000-00000000000f', ids: [id] }
  expect((await knownTimeByDay(db, other, { from, until: today })).get(id)).toEqual(Array(5).fill(hours(0, 0)))
  expect(await outagesOf(db, other, { since: from, until: today, limit: 10 })).toEqual([])
  expect((await recentKnownTime(db, other, today)).size).toBe(0)
})
