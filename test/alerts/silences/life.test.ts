import type { StoredSilence } from '../../../src/alerts/silences'
import { newId } from '../../../src/base/ids'
import { maintenanceRoutes } from '../../../src/contract/silences'
import { by, createPlace, equal, eventsOf, fieldsOf, MINUTE_MS, type Node, tenantId, untilEvents } from './node'

const place = createPlace()
let one: Node
let two: Node

beforeAll(async () => {
  const { start } = await place
  one = await start()
  two = await start()
})
afterAll(async () => (await place).stop())
beforeEach(async () => {
  await one.db('silences').delete()
  await one.db('stream_chunks').delete()
  one.records.length = 0
})

const mutesIn = async (node: Node, labels: Record<string, string>) =>
  (await node.silences.active(tenantId)).mutesOf(labels)

test('a silence of one process shows in the very next look of another, and so do its changes and its end', async () => {
  const api = { job: 'api' }
  expect((await mutesIn(two, api)).silencedBy).toEqual([])
  const { id } = await one.silences.create(by, fieldsOf())
  expect((await mutesIn(two, api)).silencedBy).toEqual([id])
  expect((await mutesIn(two, { job: 'db' })).silencedBy).toEqual([])
  const replaced = await two.silences.update(by, id, { matchers: [equal('job', 'db')] })
  expect(replaced).toMatchObject({ replaces: id })
  expect((await mutesIn(one, api)).silencedBy).toEqual([])
  expect((await mutesIn(one, { job: 'db' })).silencedBy).toEqual([replaced.id])
  await one.silences.end(by, replaced.id)
  expect((await mutesIn(two, { job: 'db' })).silencedBy).toEqual([])
})

test('changes and their events are one commit, with labels that readers can filter by', async () => {
  const { id } = await one.silences.create(
    by,
    fieldsOf({ matchers: [equal('job', 'api'), { ...equal('a', 'b'), op: '!=' }] }),
  )
  await one.silences.update(by, id, { comment: 'Longer', endsAt: Date.now() + 120 * MINUTE_MS })
  const { id: next } = await one.silences.update(by, id, { matchers: [equal('job', 'db')] })
  await one.silences.end(by, next)
  await one.silences.end(by, next)
  expect(await eventsOf(one)).toEqual([
    { kind: 'silence_created', labels: { job: 'api' }, id, state: 'active' },
    { kind: 'silence_updated', labels: { job: 'api' }, id, state: 'active' },
    { kind: 'silence_deleted', labels: { job: 'api' }, id, state: 'expired' },
    { kind: 'silence_created', labels: { job: 'db' }, id: next, state: 'active' },
    { kind: 'silence_deleted', labels: { job: 'db' }, id: next, state: 'expired' },
  ])
  expect(one.records).toEqual(['silence.create', 'silence.update', 'silence.update', 'silence.delete'])
})

test('a silence reads back as it was written, to the millisecond', async () => {
  const startsAt = Date.now() + 3_600_123
  const fields = fieldsOf({
    matchers: [{ name: '🙂 x', op: '=~', value: 'a\0\ud83d\ude42".' }],
    startsAt,
    endsAt: startsAt + 1,
    annotations: { '🙂': 'x' },
  })
  const silence = await one.silences.create(by, fields)
  expect(await two.silences.find(tenantId, silence.id)).toEqual({ ...silence, ...fields })
  expect(await two.silences.update(by, silence.id, fields)).toMatchObject({ id: silence.id, startsAt })
})

test('the end of a silence is told once, although every process watches it', async () => {
  const silences = await Promise.all(Array.from({ length: 30 }, () => one.silences.create(by, fieldsOf())))
  await one.db('silences').update({ ends_at: new Date(Date.now() - 1_000) })
  await Promise.all([one, two].map(node => node.silences.create(by, fieldsOf()))) // wakes them up
  const events = await untilEvents(two, kinds => kinds.filter(kind => kind === 'silence_expired').length >= 30)
  const expired = events.filter(({ kind }) => kind === 'silence_expired')
  expect(expired.map(({ id }) => id).sort()).toEqual(silences.map(({ id }) => id).sort())
  expect(new Set(expired.map(({ state }) => state))).toEqual(new Set(['expired']))
  expect(await one.db('silences').where({ is_end_told: false })).toHaveLength(2)
})

test('what a transaction reads of its own changes is not kept if it is undone', async () => {
  const { version } = await one.silences.active(tenantId)
  const undone = one.db.transaction(async trx => {
    await trx.raw('UPDATE alert_heads SET mute_version = mute_version + 1 WHERE tenant_id = ?', [tenantId])
    const row = { matchers: '[{"name":"job","op":"=","value":"api"}]', comment: 'x', created_by: 'x' }
    const times = { starts_at: new Date(0), ends_at: new Date(Date.now() + MINUTE_MS) }
    await trx('silences').insert({ id: newId(), tenant_id: tenantId, ...row, ...times })
    const seen = await one.silences.active(tenantId, trx)
    expect(seen.mutesOf({ job: 'api' }).silencedBy).toHaveLength(1)
    throw new Error('undone')
  })
  await expect(undone).rejects.toThrow('undone')
  await two.silences.create(by, fieldsOf({ matchers: [equal('job', 'db')] }))
  const after = await one.silences.active(tenantId)
  expect(after.version).toBe(version + 1)
  expect(after.mutesOf({ job: 'api' }).silencedBy).toEqual([])
  expect(after.mutesOf({ job: 'db' }).silencedBy).toHaveLength(1)
})

test('changes call back in every process', async () => {
  const told = new Promise<string>(resolve => two.silences.onChange(resolve))
  await one.silences.create(by, fieldsOf())
  expect(await told).toBe(tenantId)
})

test('lists active ones first, then pending, then expired, page by page', async () => {
  const now = Date.now()
  const soon = now + 30 * MINUTE_MS
  const create = (comment: string, endsAt: number, startsAt: number | null = null) =>
    one.silences.create(by, fieldsOf({ comment, endsAt, startsAt }))
  await create('pending 2', soon + 2, soon)
  await create('active 2', soon + 2)
  const gone = await create('expired', soon)
  await create('active 1', soon + 1)
  await create('pending 1', soon + 1, soon)
  await one.silences.end(by, gone.id)
  const names = ['active 1', 'active 2', 'pending 1', 'pending 2', 'expired']
  const found: string[] = []
  for (let after: Awaited<ReturnType<Node['silences']['list']>>[number] | undefined; ; ) {
    const page = await two.silences.list(tenantId, { states: undefined, q: undefined, after, limit: 2 }, Date.now())
    found.push(...page.map(({ silence }) => silence.comment))
    after = page.at(-1)
    if (page.length < 2) break
  }
  expect(found).toEqual(names)
  const only = await one.silences.list(tenantId, { states: ['pending'], q: 'ING 2', after: undefined, limit: 9 }, now)
  expect(only.map(({ silence }) => silence.comment)).toEqual(['pending 2'])
  const recent: readonly StoredSilence[] = await two.silences.recent(tenantId)
  expect(recent.map(({ comment }) => comment).sort()).toEqual([...names].sort())
})

test('an open window mutes as maintenance in the other process, until it is deleted', async () => {
  const body = { name: 'Backups', matchers: [equal('job', 'api')], cron: '* * * * *', duration_minutes: 5 }
  const window = await one.call(maintenanceRoutes.create, { body })
  expect(window).toMatchObject({ is_open: true })
  expect(await mutesIn(two, { job: 'api' })).toEqual({ silencedBy: [], maintenance: ['Backups'] })
  await two.call(maintenanceRoutes.update, { params: { id: window.id }, body: { enabled: false } })
  expect((await mutesIn(one, { job: 'api' })).maintenance).toEqual([])
  await two.call(maintenanceRoutes.update, { params: { id: window.id }, body: { enabled: true, name: 'Nightly' } })
  expect((await mutesIn(one, { job: 'api' })).maintenance).toEqual(['Nightly'])
  await one.call(maintenanceRoutes.delete, { params: { id: window.id } })
  expect((await mutesIn(two, { job: 'api' })).maintenance).toEqual([])
})
