import { alertSite, MINUTE_MS, memoryOf, type Node, newTenant, report, rowsOf, versionOf } from './site'

let site: Awaited<ReturnType<typeof alertSite>>
let node: Node
let other: Node
let tenantId: string

beforeAll(async () => {
  site = await alertSite()
  node = await site.start()
  other = await site.start()
})
afterAll(() => site.stop())
beforeEach(async () => {
  tenantId = await newTenant(node)
})

const now = () => Date.now()

test('a new alert is stored as it was sent, once, and any process sees it', async () => {
  const labels = { alertname: 'Down', '～': '1', quote: '"\\{},\n\u0001' }
  const sent = report('Down', { labels, generatorUrl: 'http://prometheus/graph', startsAt: now() - MINUTE_MS })
  await node.intake.accept(tenantId, [sent])
  const [row, ...more] = await rowsOf(node, tenantId)
  expect(more).toEqual([])
  expect(JSON.parse(row?.labels ?? '')).toEqual(labels)
  expect(row).toMatchObject({ version: 1, created_version: 1, resolved_at: null, has_given_end: false })
  expect(row?.starts_at.getTime()).toBe(sent.startsAt)
  const [seen] = (await other.open.of(tenantId)).all()
  expect(seen).toMatchObject({ ...sent, startsAt: sent.startsAt, endsAt: row?.ends_at?.getTime(), id: row?.id })
})

test('repeats change nothing but the end, which is stored later, without a version', async () => {
  const end = now() + MINUTE_MS
  await node.intake.accept(tenantId, [report('Down', { startsAt: now() - 5_000, endsAt: end })])
  const [before] = await rowsOf(node, tenantId)
  await node.intake.accept(tenantId, [
    report('Down', {
      startsAt: before?.starts_at.getTime() ?? 0,
      endsAt: end + MINUTE_MS,
      annotations: { summary: 'new' },
    }),
  ])
  expect(await rowsOf(node, tenantId)).toEqual([before])
  expect((await node.open.of(tenantId)).all()[0]).toMatchObject({
    endsAt: end + MINUTE_MS,
    annotations: { summary: 'new' },
  })
  await node.heartbeats.flush()
  const [after, ...more] = await rowsOf(node, tenantId)
  expect(more).toEqual([])
  expect(after).toEqual({ ...before, ends_at: new Date(end + MINUTE_MS), annotations: '{"summary":"new"}' })
  expect(await versionOf(node, tenantId)).toBe(1)
})

test('a repeat with an end far away is durable before it is confirmed', async () => {
  const end = now() + MINUTE_MS
  await node.intake.accept(tenantId, [report('Down', { startsAt: now() - 5_000, endsAt: end })])
  await node.intake.accept(tenantId, [report('Down', { startsAt: now() - 5_000, endsAt: end + 60 * MINUTE_MS })])
  const [row] = await rowsOf(node, tenantId)
  expect(row?.ends_at?.getTime()).toBe(end + 60 * MINUTE_MS)
})

test('a past end resolves at once, and its repeats are not stored', async () => {
  const startsAt = now() - 5 * MINUTE_MS
  const endsAt = now() - 10
  await node.intake.accept(tenantId, [report('Down', { startsAt, endsAt: now() + MINUTE_MS })])
  await node.intake.accept(tenantId, [report('Down', { startsAt, endsAt })])
  const resolved = await rowsOf(node, tenantId)
  expect(resolved).toMatchObject([{ resolved_by: 'sender', version: 2, created_version: 1 }])
  expect(resolved[0]?.resolved_at?.getTime()).toBe(endsAt)
  expect(await memoryOf(node, tenantId)).toEqual([])
  // from this process, and from one that does not know it
  for (const each of [node, other]) await each.intake.accept(tenantId, [report('Down', { startsAt, endsAt })])
  expect(await rowsOf(node, tenantId)).toEqual(resolved)
  expect(await versionOf(node, tenantId)).toBe(2)
})

test('an alert first seen resolved is stored as such, with the version of its creation', async () => {
  await node.intake.accept(tenantId, [report('Down', { startsAt: now() - 9_000, endsAt: now() - 1_000 })])
  const [row] = await rowsOf(node, tenantId)
  expect(row).toMatchObject({ version: 1, created_version: 1, resolved_by: 'sender' })
  expect(await memoryOf(node, tenantId)).toEqual([])
})

test('an alert that fires again is a new occurrence', async () => {
  const startsAt = now() - 5 * MINUTE_MS
  await node.intake.accept(tenantId, [report('Down', { startsAt })])
  await node.intake.accept(tenantId, [report('Down', { startsAt, endsAt: now() - 20 })])
  await node.intake.accept(tenantId, [report('Down', { startsAt: now() - 5 })])
  const [first, second, ...more] = await rowsOf(node, tenantId)
  expect(more).toEqual([])
  expect(first).toMatchObject({ resolved_by: 'sender' })
  expect(second).toMatchObject({ resolved_at: null, created_version: 3 })
})

test('equal labels in one call apply in order, each change with a version of its own', async () => {
  const startsAt = now() - 5 * MINUTE_MS
  await node.intake.accept(tenantId, [
    report('Down', { startsAt }),
    report('Up'),
    report('Down', { startsAt, endsAt: now() - 1_000 }),
    report('Down', { startsAt: now() - 500 }),
    report('Down', { startsAt: now() - 400, annotations: { summary: 'latest' } }),
  ])
  const rows = (await rowsOf(node, tenantId)).filter(({ labels }) => labels.includes('Down'))
  expect(rows).toMatchObject([
    { created_version: 1, version: 2, resolved_by: 'sender' },
    { created_version: 3, version: 3, resolved_at: null, annotations: '{"summary":"latest"}' },
  ])
})

test('an alert that ended unnoticed and fires again later is resolved at its end', async () => {
  const end = now() + MINUTE_MS
  await node.intake.accept(tenantId, [report('Down', { startsAt: now() - 5 * MINUTE_MS, endsAt: end })])
  const clock = jest.spyOn(Date, 'now').mockReturnValue(end + 10)
  await node.intake.accept(tenantId, [report('Down', { startsAt: end + 3 })]).finally(() => clock.mockRestore())
  const rows = await rowsOf(node, tenantId)
  expect(rows).toMatchObject([
    { version: 2, resolved_by: 'timeout', resolved_at: new Date(end) },
    { version: 2, created_version: 2, resolved_at: null },
  ])
  expect(await memoryOf(other, tenantId)).toEqual(await memoryOf(node, tenantId))
})

test('what is beyond the limit of open alerts is counted, the rest is stored', async () => {
  const small = await site.start({ openMax: 3 })
  await small.intake.accept(tenantId, [report('a'), report('b')])
  const answer = await small.intake.accept(tenantId, [report('a'), report('c'), report('d'), report('e')])
  expect(answer).toEqual({ refused: 2 })
  expect(await rowsOf(small, tenantId)).toHaveLength(3)
  await small.intake.accept(tenantId, [report('a', { startsAt: now() - 9, endsAt: now() - 1 })])
  expect(await small.intake.accept(tenantId, [report('d')])).toEqual({ refused: 0 })
})

test('a call larger than a commit is stored whole', async () => {
  const names = Array.from({ length: 4_500 }, (_, i) => `alert-${i}`)
  await node.intake.accept(
    tenantId,
    names.map(name => report(name)),
  )
  const stored = (await rowsOf(node, tenantId)).map(({ labels }) => JSON.parse(labels).alertname)
  expect(stored.sort()).toEqual(names.sort())
  expect((await other.open.of(tenantId)).size).toBe(4_500)
})

test('a full queue refuses at once, with a code', async () => {
  const many = Array.from({ length: 60_000 }, (_, i) => report(`full-${i}`))
  const first = node.intake.accept(tenantId, many)
  await expect(node.intake.accept(tenantId, many)).rejects.toMatchObject({ status: 503, code: 'overloaded' })
  expect(await first).toEqual({ refused: 10_000 })
})
