import { occurrencesOf, type Raised, resolvedOccurrences } from '../../../src/alerts/occurrences'
import type { Transaction } from '../../../src/base/db'
import { newId } from '../../../src/base/ids'
import type { Effect } from '../../../src/streams'
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

const raised = (name: string, more: Partial<Raised> = {}): Raised => ({
  tenantId,
  source: 'jobs',
  labels: { alertname: name, empty: '' },
  annotations: { summary: 'Jobs fail' },
  links: { jobs: '/jobs' },
  ...more,
})

test('raises once, keeps no end, and resolves', async () => {
  await node.raises.raise(raised('JobsFail'))
  await other.raises.raise(raised('JobsFail'))
  expect(await rowsOf(node, tenantId)).toMatchObject([
    { ends_at: null, version: 1, labels: '{"alertname":"JobsFail"}' },
  ])
  expect((await other.open.of(tenantId)).all()).toMatchObject([
    { source: 'jobs', links: { jobs: '/jobs' }, endsAt: null },
  ])
  await node.raises.resolve({ ...raised('JobsFail'), resolvedBy: 'disabled' })
  await node.raises.resolve(raised('JobsFail'))
  expect(await rowsOf(node, tenantId)).toMatchObject([{ resolved_by: 'disabled', version: 2 }])
  expect(await memoryOf(other, tenantId)).toEqual([])
})

test('other texts reach every process', async () => {
  await node.raises.raise(raised('JobsFail'))
  await other.open.of(tenantId)
  await node.raises.raise(raised('JobsFail', { annotations: { summary: 'More jobs fail' } }))
  expect((await other.open.of(tenantId)).all()).toMatchObject([{ annotations: { summary: 'More jobs fail' } }])
  expect(await rowsOf(node, tenantId)).toMatchObject([{ version: 2, created_version: 1 }])
})

/** An effect of an area that raises in its own commit, and fails as often as `failures` says. */
function areaEffect(failures: { left: number; code: string }): Effect<Raised, void> {
  return {
    name: 'area.fails',
    async apply(trx: Transaction, items) {
      await trx('tenants').insert(items.map(() => ({ id: newId(), name: `of ${tenantId}` })))
      await node.raises.apply(
        trx,
        items.map(item => ({ ...item, does: 'raise' as const })),
      )
      if (failures.left-- > 0) throw Object.assign(new Error('rolled back'), { code: failures.code })
      return { results: items.map(() => undefined), entries: items.map(() => []) }
    },
  }
}
const causes = () => node.db('tenants').where({ name: `of ${tenantId}` })

test('inside another effect: a commit that is rolled back and retried raises once', async () => {
  await node.streams.commit(areaEffect({ left: 2, code: '40P01' }), raised('JobsFail'))
  expect(await causes()).toHaveLength(1)
  expect(await rowsOf(node, tenantId)).toHaveLength(1)
  for (const each of [node, other]) expect(await memoryOf(each, tenantId)).toHaveLength(1)
})

test('inside another effect: what is rolled back for good was never raised, in memory neither', async () => {
  await node.open.of(tenantId)
  await expect(node.streams.commit(areaEffect({ left: 9, code: 'XX000' }), raised('JobsFail'))).rejects.toThrow()
  expect(await causes()).toHaveLength(0)
  expect(await versionOf(node, tenantId)).toBe(0)
  expect(await memoryOf(node, tenantId)).toEqual([])
})

test('a transaction that has changed alerts cannot read them into memory', async () => {
  const reading = node.db.transaction(async trx => {
    await node.raises.apply(trx, [{ ...raised('JobsFail'), does: 'raise' }])
    await node.open.of(tenantId, trx)
  })
  await expect(reading).rejects.toThrow('Alerts cannot be read while they are being changed')
  expect(await memoryOf(node, tenantId)).toEqual([])
})

test('the history of an alert is paged, the newest occurrence first', async () => {
  const start = Date.now() - 100 * MINUTE_MS
  for (let i = 0; i < 5; i++) {
    const startsAt = start + i * MINUTE_MS
    await node.intake.accept(tenantId, [report('Flaps', { startsAt, endsAt: startsAt + MINUTE_MS / 2 })])
  }
  await node.intake.accept(tenantId, [report('Flaps'), report('Other')])
  const rows = (await rowsOf(node, tenantId)).filter(({ labels }) => labels.includes('Flaps')).reverse()
  const [fingerprint = ''] = rows.map(each => each.fingerprint)
  const found: string[] = []
  for (let before: string | undefined; ; before = found.at(-1)) {
    const page = await occurrencesOf(node.db, tenantId, fingerprint, { before, limit: 4 })
    found.push(...page.map(({ id }) => id))
    if (page.length < 4) break
  }
  expect(found).toEqual(rows.map(({ id }) => id))
})

test('resolved alerts are searched page by page', async () => {
  const ended = Array.from({ length: 1_100 }, (_, i) =>
    report(`alert-${i}`, { startsAt: Date.now() - MINUTE_MS, endsAt: Date.now() - 1_000 }),
  )
  await node.intake.accept(tenantId, ended)
  const names: (string | undefined)[] = []
  let before: string | undefined
  do {
    const page = await resolvedOccurrences(node.db, tenantId, { before, limit: 3 }, ({ labels }) =>
      /-\d00$/.test(labels.alertname ?? ''),
    )
    expect(page.items.length).toBeLessThanOrEqual(3)
    names.push(...page.items.map(({ labels }) => labels.alertname))
    before = page.next ?? undefined
  } while (before)
  expect(names).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1].map(no => `alert-${no}00`))
})
