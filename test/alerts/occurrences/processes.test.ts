import { OpenAlerts } from '../../../src/alerts/occurrences/open-alerts'
import { alertSite, MINUTE_MS, memoryOf, type Node, newTenant, report, rowsOf, versionOf } from './site'

let site: Awaited<ReturnType<typeof alertSite>>
let nodes: Node[]
let tenantId: string
const first = () => nodes[0] as Node
const second = () => nodes[1] as Node

beforeAll(async () => {
  site = await alertSite()
  nodes = [await site.start(), await site.start()]
})
afterAll(() => site.stop())
beforeEach(async () => {
  tenantId = await newTenant(first())
})

const names = (count: number) => Array.from({ length: count }, (_, i) => `alert-${i}`)
const startsAt = Date.now() - 10 * MINUTE_MS

/** Each occurrence has one row, versions have no gaps, and both memories hold what is open. */
async function expectExact() {
  const rows = await rowsOf(first(), tenantId)
  const open = rows.filter(({ resolved_at }) => !resolved_at)
  expect(new Set(open.map(({ fingerprint }) => fingerprint)).size).toBe(open.length)
  for (const node of nodes) {
    const memory = await memoryOf(node, tenantId)
    expect(memory.map(({ id }) => id)).toEqual(open.map(({ id }) => id))
  }
  return rows
}

test('two processes that take the same alerts at once store each once', async () => {
  for (let round = 0; round < 5; round++) {
    const reports = names(200).map(name => report(`${name}-${round}`, { startsAt }))
    const backwards = [...reports].reverse()
    const halves = [reports.slice(0, 120), reports.slice(80)]
    await Promise.all([
      ...halves.map(half => first().intake.accept(tenantId, half)),
      second().intake.accept(tenantId, backwards),
    ])
  }
  const rows = await expectExact()
  expect(rows).toHaveLength(1_000)
})

test('firing and resolving in both at once: every occurrence is resolved once and nothing stays open by mistake', async () => {
  const firing = names(100).map(name => report(name, { startsAt }))
  await first().intake.accept(tenantId, firing)
  const resolved = names(100).map(name => report(name, { startsAt, endsAt: Date.now() - 1_000 }))
  await Promise.all([
    first().intake.accept(tenantId, resolved.slice(0, 70)),
    second().intake.accept(tenantId, resolved.slice(30)),
    second().intake.accept(tenantId, resolved),
  ])
  const rows = await expectExact()
  expect(rows).toHaveLength(100)
  expect(rows.filter(({ resolved_by }) => resolved_by !== 'sender')).toEqual([])
})

test('an alert resolved in another process is a new occurrence when it is repeated here', async () => {
  await first().intake.accept(tenantId, [report('Down', { startsAt })])
  await second().intake.accept(tenantId, [report('Down', { startsAt, endsAt: Date.now() - 1_000 })])
  await first().intake.accept(tenantId, [report('Down', { startsAt })])
  expect(await expectExact()).toMatchObject([{ version: 2 }, { created_version: 3, resolved_at: null }])
})

test('a repeat in one process moves the end in the other when it would be over there', async () => {
  const end = Date.now() + MINUTE_MS
  await first().intake.accept(tenantId, [report('Down', { startsAt, endsAt: end })])
  expect((await second().open.of(tenantId)).all()).toMatchObject([{ endsAt: end }])
  await first().intake.accept(tenantId, [report('Down', { startsAt, endsAt: end + 2 * MINUTE_MS })])
  await first().heartbeats.flush()
  const clock = jest.spyOn(Date, 'now').mockReturnValue(end + 1)
  const seen = await second()
    .open.of(tenantId)
    .finally(() => clock.mockRestore())
  expect(seen.all()).toMatchObject([{ endsAt: end + 2 * MINUTE_MS }])
})

test('a process learns from the bus that alerts have changed', async () => {
  const told = new Promise<string>(resolve => second().open.onChange(id => id === tenantId && resolve(id)))
  await first().intake.accept(tenantId, [report('Down')])
  expect(await told).toBe(tenantId)
})

test('several processes resolve what has ended once, after the grace', async () => {
  const end = Date.now() + MINUTE_MS
  const ended = names(1_200).map(name => report(name, { startsAt, endsAt: end }))
  await first().intake.accept(tenantId, [...ended, report('stays', { startsAt, endsAt: end + 10 * MINUTE_MS })])
  for (const node of nodes) await node.open.of(tenantId)
  expect(await first().expiry.check(end + 4_000)).toBe(0)
  const counts = await Promise.all(nodes.map(node => node.expiry.check(end + 6_000)))
  expect(counts.reduce((sum, count) => sum + count)).toBe(1_200)
  const rows = await expectExact()
  const resolved = rows.filter(({ resolved_by }) => resolved_by === 'timeout')
  expect(resolved).toHaveLength(1_200)
  expect(new Set(resolved.map(({ resolved_at }) => resolved_at?.getTime()))).toEqual(new Set([end]))
  expect(await first().expiry.check(end + 6_000)).toBe(0)
})

test('what ended is found although no process has it in memory', async () => {
  const end = Date.now() + MINUTE_MS
  await first().intake.accept(tenantId, [report('Down', { startsAt, endsAt: end })])
  const fresh = await site.start()
  expect(await fresh.expiry.sweep(end + 4_000)).toBe(0)
  expect(await fresh.expiry.sweep(end + 6_000)).toBe(1)
  expect(await expectExact()).toMatchObject([{ resolved_by: 'timeout' }])
})

test('a repeat that was stored meanwhile keeps an alert from being resolved elsewhere', async () => {
  const end = Date.now() + MINUTE_MS
  await first().intake.accept(tenantId, [report('Down', { startsAt, endsAt: end })])
  await second().open.of(tenantId)
  await first().intake.accept(tenantId, [report('Down', { startsAt, endsAt: end + MINUTE_MS })])
  await first().heartbeats.flush()
  const version = await versionOf(first(), tenantId)
  expect(await second().expiry.check(end + 6_000)).toBe(0)
  expect(await versionOf(first(), tenantId)).toBe(version)
})

test('an alert resolved as silent although it was repeated here fires again', async () => {
  const end = Date.now() + MINUTE_MS
  await first().intake.accept(tenantId, [report('Down', { startsAt, endsAt: end })])
  await second().open.of(tenantId)
  await first().intake.accept(tenantId, [report('Down', { startsAt, endsAt: end + 2 * MINUTE_MS })])
  expect(await second().expiry.check(end + 6_000)).toBe(1)
  await first().heartbeats.flush()
  while ((await versionOf(first(), tenantId)) < 3) await new Promise(setImmediate)
  expect(await expectExact()).toMatchObject([{ resolved_by: 'timeout' }, { resolved_at: null }])
})

test('stopping stores what was repeated', async () => {
  const leaving = await site.start()
  const end = Date.now() + MINUTE_MS
  await leaving.intake.accept(tenantId, [report('Down', { startsAt, endsAt: end })])
  await leaving.intake.accept(tenantId, [report('Down', { startsAt, endsAt: end + MINUTE_MS })])
  await leaving.stop()
  expect((await rowsOf(first(), tenantId))[0]?.ends_at?.getTime()).toBe(end + MINUTE_MS)
  await expect(leaving.intake.accept(tenantId, [report('Late')])).rejects.toMatchObject({ status: 503 })
})

test('memory is bounded over tenants: the least recently used is dropped and read again', async () => {
  const { db, streams } = first()
  const open = new OpenAlerts({ db, bus: streams.bus }, 15)
  const tenants = [tenantId, await newTenant(first()), await newTenant(first())]
  for (const id of tenants)
    await first().intake.accept(
      id,
      names(10).map(name => report(name)),
    )
  for (const id of tenants) await open.of(id)
  expect(open.knownTenants()).toEqual([tenants[2]])
  expect((await open.of(tenantId)).size).toBe(10)
})
