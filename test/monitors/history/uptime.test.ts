import { latencyOf } from '../../../src/monitors/history/latency'
import { Rollups } from '../../../src/monitors/history/rollups'
import { uptimeOf } from '../../../src/monitors/history/uptime'
import { quietLog } from '../../support/parts'
import { startWorld, type World } from '../world'

let world: World
beforeAll(async () => {
  world = await startWorld({ TAILRACE_ROLE: 'web' })
})
afterAll(() => world.stop())

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.parse('2026-11-15T12:00:00Z')

/** A monitor whose history is given as states from a time on, by hours before `NOW`. */
async function withHistory(states: readonly (readonly [hoursAgo: number, state: string])[]) {
  const { id } = await world.monitor({ name: 'history', type: 'push', interval_seconds: 86_400 })
  const { tenant_id } = await world.db('monitors').where({ id }).first('tenant_id')
  await world.db('monitor_changes').where({ monitor_id: id }).delete()
  const rows = states.map(([hoursAgo, state]) => ({
    monitor_id: id,
    tenant_id,
    state,
    at: new Date(NOW - hoursAgo * HOUR),
  }))
  await world.db('monitor_changes').insert(rows)
  return { id, tenant_id }
}

test('uptime is of known time, and other time is shown apart', async () => {
  const { id } = await withHistory([
    [30, 'up'],
    [10, 'down'],
    [8, 'maintenance'],
    [6, 'paused'],
    [4, 'unknown'],
    [2, 'up'],
  ])
  const found = await uptimeOf(world.db, id, '24h', NOW)
  expect(found.seconds).toEqual({
    up: 16 * 3_600,
    down: 7_200,
    maintenance: 7_200,
    paused: 7_200,
    unknown: 7_200,
    pending: 0,
  })
  expect(found.uptime_percent).toBe(88.889)
  expect(found.bars).toHaveLength(24)
  expect(found.outages).toMatchObject([
    { from: '2026-11-15T02:00:00.000Z', to: '2026-11-15T04:00:00.000Z', seconds: 7_200 },
  ])
})

test('a monitor without history has no uptime', async () => {
  const { id } = await withHistory([[1, 'pending']])
  expect(await uptimeOf(world.db, id, '7d', NOW)).toMatchObject({ uptime_percent: null, outages: [] })
})

test('days that are summed up give the same as their changes, and summing up again changes nothing', async () => {
  const states = Array.from({ length: 60 }, (_, i) => [240 - i * 4, i % 3 ? 'up' : 'down'] as const)
  const { id } = await withHistory(states)
  const before = await Promise.all(['24h', '7d', '30d'].map(window => uptimeOf(world.db, id, window as '24h', NOW)))
  await world.db('monitor_rollups').update({ done_until: new Date(NOW - 11.5 * DAY) })
  const rollups = new Rollups({ db: world.db, log: quietLog, isLeader: () => true, now: () => NOW })
  for (let round = 0; round < 8; round++) await rollups.look()
  const days = await world.db('monitor_days').where({ monitor_id: id }).orderBy('at')
  expect(days.length).toBeGreaterThan(9)
  const after = await Promise.all(['24h', '7d', '30d'].map(window => uptimeOf(world.db, id, window as '24h', NOW)))
  expect(after).toEqual(before)
  await world.db('monitor_rollups').update({ done_until: new Date(NOW - 11.5 * DAY) })
  for (let round = 0; round < 8; round++) await rollups.look()
  expect(await world.db('monitor_days').where({ monitor_id: id }).orderBy('at')).toEqual(days)
})

test('percentiles of hours come from histograms, of the last day from the checks', async () => {
  const { id, tenant_id } = await withHistory([[30, 'up']])
  const latencies = Array.from({ length: 400 }, (_, i) => i + 1)
  await world.db('monitor_checks').insert(
    latencies.map((latency, i) => ({
      monitor_id: id,
      tenant_id,
      id: world.db.raw('gen_random_uuid()'),
      checked_at: new Date(NOW - 20 * HOUR + i * 60_000),
      status: i % 100 === 99 ? 1 : 0,
      latency_ms: latency,
      phases_ms: [latency / 2, latency / 2, null, null, null],
      attempts: 1,
      made_by: 'schedule',
    })),
  )
  const exact = await latencyOf(world.db, id, '24h', NOW)
  expect(exact).toMatchObject({ p50: 199, p95: 380, checks: 400, failures: 4 })
  await world.db('monitor_rollups').update({ done_until: new Date(NOW - 2 * DAY) })
  const unsummed = await latencyOf(world.db, id, '7d', NOW)
  await new Rollups({ db: world.db, log: quietLog, isLeader: () => true, now: () => NOW }).look()
  const summed = await latencyOf(world.db, id, '7d', NOW)
  expect(summed.points).toEqual(unsummed.points)
  expect(summed.points.length).toBe(7)
  expect(summed).toMatchObject({ checks: 400, failures: 4 })
  expect(Math.abs((summed.p95 ?? 0) / 380 - 1)).toBeLessThan(0.07)
  const [point] = summed.points
  expect(point?.phases_ms.tls).toBeNull()
  expect(point?.phases_ms.dns).toBeCloseTo(15.25, 1)
})
