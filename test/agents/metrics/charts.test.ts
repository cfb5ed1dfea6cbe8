import { randomUUID } from 'node:crypto'
import { chartOf } from '../../../src/agents/metrics/chart'
import { sparklinesOf } from '../../../src/agents/metrics/sparklines'
import { DEFAULT_TENANT_ID } from '../../../src/api'
import { type MetricsWorld, metricsWorld } from './world'

const HOUR_MS = 3_600_000
let world: MetricsWorld
let start: number

beforeAll(async () => {
  world = await metricsWorld('2026-11-30T10:00:00Z')
  start = world.clock.now
  // three hours of samples each 5 s, but for ten minutes
  for (let hour = 0; hour < 3; hour++) {
    world.clock.now = start + (hour + 1) * HOUR_MS
    const samples = Array.from({ length: 720 }, (_, i) => start + hour * HOUR_MS + i * 5_000)
      .filter(at => at < start + HOUR_MS || at >= start + HOUR_MS + 600_000)
      .map(at => world.sample(world.agentId, world.container, at, { cpu: (at / 5_000) % 4, memory: 1_000, rx: null }))
    await world.store(samples)
    if (hour < 2) await world.rollups.look() // the last hour has not been summed up
  }
})
afterAll(() => world.stop())

const chart = (fromHour: number, toHour: number, points: number, tenantId = DEFAULT_TENANT_ID) =>
  chartOf(world.db, {
    ...{ tenantId, subject: world.container, gauges: ['cpu', 'rx'], points },
    ...{ from: new Date(start + fromHour * HOUR_MS), to: new Date(start + toHour * HOUR_MS) },
  })

test('single samples have equal minimum, mean and maximum, and the hole is one point of nulls', async () => {
  const { source, step_seconds, times, series } = await chart(0.9, 1.2, 1_000)
  expect({ source, step_seconds }).toEqual({ source: 'samples', step_seconds: 2 })
  const { cpu, rx } = series
  const hole = cpu?.mean.indexOf(null) ?? -1
  expect(times[hole]).toBe('2026-11-30T10:59:56.000Z')
  expect(times[hole + 1]).toBe('2026-11-30T11:10:00.000Z')
  expect(cpu?.mean.filter(value => value === null)).toHaveLength(1)
  expect(cpu?.min).toEqual(cpu?.max)
  expect(rx?.mean.every(value => value === null)).toBe(true)
})

test.each([
  ['samples', 60],
  ['minutes', 300],
  ['ten_minutes', 18],
] as const)('points are the same whatever they are computed from: %s', async (_, points) => {
  const { source, step_seconds, times, series } = await chart(0, 2.999, points)
  const known = times.filter((_, i) => series.cpu?.mean[i] !== null)
  expect(source).toBe(step_seconds >= 600 ? 'ten_minutes' : 'minutes')
  expect(known.length).toBeLessThanOrEqual(points)
  for (const [i, time] of times.entries()) {
    if (series.cpu?.mean[i] === null) expect(Date.parse(time)).toBeGreaterThanOrEqual(start + HOUR_MS)
    else expect([series.cpu?.min[i], series.cpu?.mean[i], series.cpu?.max[i]]).toEqual([0, 1.5, 3])
  }
  // the hour that is not summed up yet is there, too
  expect(known.at(-1)).toBe(
    new Date(Math.floor((start + 2.999 * HOUR_MS) / (step_seconds * 1e3)) * step_seconds * 1e3).toISOString(),
  )
})

test('other tenants see nothing', async () => {
  expect((await chart(0, 1, 100, randomUUID())).times).toEqual([])
  expect((await sparklinesOf(world.db, randomUUID(), [world.container], world.clock.now)).items).toEqual([])
})

test('sparklines have the newest sample, and nothing for what was never measured', async () => {
  const { items } = await sparklinesOf(
    world.db,
    DEFAULT_TENANT_ID,
    [world.container, randomUUID()],
    world.clock.now - 1,
  )
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({
    id: world.container,
    latest: { at: '2026-11-30T12:59:55.000Z', values: { cpu: 3, memory: 1_000 } },
  })
  expect(items[0]?.cpu).toHaveLength(30)
  expect(items[0]?.cpu.every(value => value !== null)).toBe(true)
})
