import { storeSamples } from '../../../src/agents/metrics'
import { GAUGES } from '../../../src/agents/metrics/gauges'
import { metricsRetention } from '../../../src/agents/metrics/retention'
import { KEPT_MS, type MetricsWorld, metricsWorld } from './world'

const START = Date.parse('2026-11-30T10:00:00Z')
const HOUR_MS = 3_600_000
let world: MetricsWorld

beforeEach(async () => {
  world = await metricsWorld('2026-11-30T10:00:00Z')
})
afterEach(() => world.stop())

/** A generator that gives the same numbers in each run. */
function numbers(seed: number) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

interface Bucket {
  subject: number
  at: Date
  [column: string]: unknown
}

/** Sums of what is stored, computed here from each sample. */
async function recomputed(lengthMs: number, until: number): Promise<Map<string, Record<string, number>>> {
  const found = await world.rows<Record<string, number | null> & { subject: number; at: Date }>(
    'SELECT * FROM agent_samples ORDER BY random()',
  )
  const buckets = new Map<string, Record<string, number>>()
  for (const row of found) {
    const at = Math.floor(row.at.getTime() / lengthMs) * lengthMs
    if (at + lengthMs > until) continue
    const key = `${row.subject} ${new Date(at).toISOString()}`
    const bucket = buckets.get(key) ?? {}
    buckets.set(key, bucket)
    for (const gauge of GAUGES) {
      const value = row[gauge]
      if (value === null || value === undefined) continue
      // a real is sent with the digits that tell it from its neighbours
      const exact = Math.fround(value)
      bucket[`${gauge}_sum`] = (bucket[`${gauge}_sum`] ?? 0) + exact
      bucket[`${gauge}_count`] = (bucket[`${gauge}_count`] ?? 0) + 1
      bucket[`${gauge}_min`] = Math.min(bucket[`${gauge}_min`] ?? Number.POSITIVE_INFINITY, exact)
      bucket[`${gauge}_max`] = Math.max(bucket[`${gauge}_max`] ?? Number.NEGATIVE_INFINITY, exact)
    }
  }
  return buckets
}

async function stored(table: string): Promise<Map<string, Record<string, number>>> {
  const found = await world.rows<Bucket>(`SELECT * FROM ${table}`)
  return new Map(
    found.map(({ subject, at, ...sums }) => [
      `${subject} ${at.toISOString()}`,
      Object.fromEntries(
        Object.entries(sums).flatMap(([name, value]) =>
          value === null ? [] : [[name, /_(min|max)$/.test(name) ? Math.fround(value as number) : (value as number)]],
        ),
      ),
    ]),
  )
}

async function expectSumsToBeRight() {
  const minutes = Math.floor((world.clock.now - 15_000) / 60_000) * 60_000
  expect(await stored('agent_minutes')).toEqual(await recomputed(60_000, minutes))
  expect(await stored('agent_ten_minutes')).toEqual(await recomputed(600_000, minutes))
}

test.each([1, 2, 3, 4, 5])('sums equal a recomputation, whatever comes when (%i)', async seed => {
  const random = numbers(seed)
  const subjects = [null, world.container, await world.addContainer('db')]
  // of one magnitude, so that sums are exact and their order makes no difference
  const value = (scale: number) => (random() < 0.1 ? null : (1 + random() * 1_000) * scale)
  for (let round = 0; round < 12; round++) {
    world.clock.now += Math.floor(random() * 15 * 60_000)
    const samples = Array.from({ length: 150 }, () => {
      // mostly live, some late by hours
      const age = random() < 0.7 ? random() * 60_000 : random() * 4 * HOUR_MS
      const container = subjects[Math.floor(random() * 3)] ?? null
      return world.sample(world.agentId, container, Math.floor(world.clock.now - age), {
        ...{ cpu: value(0.1), memory: value(1e6), rx: value(1e3), pids: value(1) },
      })
    })
    // the same ones may be delivered twice
    await Promise.all([world.store(samples), world.store(samples.slice(50, 100))])
    if (random() < 0.7) await world.rollups.look()
  }
  await world.rollups.look()
  await expectSumsToBeRight()
  const before = await stored('agent_minutes')
  await world.rollups.look()
  expect(await stored('agent_minutes')).toEqual(before)
})

test('samples are stored once, and those whose hour is not kept are said to be dropped', async () => {
  const at = world.clock.now
  const samples = [0, 5_000].map(later => world.sample(world.agentId, null, at + later, { cpu: 1 }))
  expect(await world.store(samples)).toEqual({ stored: 2, dropped: 0 })
  expect(await world.store(samples)).toEqual({ stored: 0, dropped: 0 })
  const strange = [at - 48 * HOUR_MS, at + 48 * HOUR_MS].map(time =>
    world.sample(world.agentId, null, time, { cpu: 1 }),
  )
  expect(await world.store(strange)).toEqual({ stored: 0, dropped: 2 })
  // what a column of type real cannot hold
  const odd = world.sample(world.agentId, null, at + 10_000, { cpu: 1e300, load1: 1e-300, memory: 5 })
  expect(await world.store([odd])).toEqual({ stored: 1, dropped: 0 })
  const [row] = await world.rows<Record<string, number>>(
    'SELECT cpu, load1, memory FROM agent_samples WHERE memory = 5',
  )
  expect(row).toEqual({ cpu: null, load1: 0, memory: 5 })
})

test('after 25 hours the first hours are dropped, their sums stay, and late samples of them are refused', async () => {
  const [samples] = metricsRetention(world.db, KEPT_MS)
  if (!samples) throw new Error('There is no target for samples')
  const counts: number[] = []
  for (let hour = 0; hour < 27; hour++) {
    const batch = Array.from({ length: 60 }, (_, minute) =>
      world.sample(world.agentId, null, world.clock.now + minute * 60_000, { cpu: hour }),
    )
    world.clock.now += HOUR_MS
    await world.store(batch)
    await world.rollups.look()
    const before = new Date(world.clock.now - KEPT_MS)
    while ((await samples.sweep(before, 1_000, null)).next !== null);
    counts.push((await world.rows('SELECT FROM agent_samples')).length)
  }
  expect(Math.max(...counts)).toBeLessThanOrEqual(25 * 60)
  expect(await world.rows('SELECT FROM agent_minutes')).toHaveLength(27 * 60 - 1)
  const late = world.sample(world.agentId, null, START + 30_000, { cpu: 99 })
  expect(await world.store([late])).toEqual({ stored: 0, dropped: 1 })
  const measured = await samples.measure()
  expect(measured.oldest?.getTime()).toBeGreaterThanOrEqual(world.clock.now - KEPT_MS - HOUR_MS)
})

test('writers do not wait while partitions are made, and a minute is closed only after those who write to it', async () => {
  await world.store([world.sample(world.agentId, null, world.clock.now, { cpu: 1 })])
  const { sample, agentId } = world
  let finish = () => {}
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })
  let began = () => {}
  const begun = new Promise<void>(resolve => {
    began = resolve
  })
  const writing = world.db.transaction(async trx => {
    await storeSamples(trx, [sample(agentId, null, START + 30_000, { cpu: 3 })])
    began()
    await finished
  })
  await begun
  world.clock.now += 20 * HOUR_MS
  // makes partitions, then gives up to close minutes while somebody writes
  await expect(world.rollups.look()).rejects.toMatchObject({ code: '55P03' })
  const hours = await world.rows('SELECT FROM pg_inherits WHERE inhparent = ?::regclass', ['agent_samples'])
  expect(hours.length).toBeGreaterThan(24)
  finish()
  await writing
  await world.rollups.look()
  await expectSumsToBeRight()
})
