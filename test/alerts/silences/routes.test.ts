import { newId } from '../../../src/base/ids'
import type { Matcher } from '../../../src/contract/matchers'
import { maintenanceRoutes, silenceRoutes } from '../../../src/contract/silences'
import { alertOf, createPlace, equal, MINUTE_MS, type Node, tenantId } from './node'

const place = createPlace()
let node: Node

beforeAll(async () => {
  node = await (await place).start()
})
afterAll(async () => (await place).stop())
beforeEach(async () => {
  node.alerts.length = 0
  await node.db('silences').delete()
})

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS).toISOString()
const bodyOf = (matchers: Matcher[], more = {}) => ({ matchers, ends_at: inMinutes(60), comment: 'Because', ...more })
const faultsOf = (paths: string[]) =>
  expect.objectContaining({ status: 400, errors: paths.map(path => expect.objectContaining({ path })) })

test('creates, reads, changes, lists and ends a silence, and counts what it mutes', async () => {
  node.alerts.push(
    alertOf({ job: 'api', instance: 'a' }),
    alertOf({ job: 'api', instance: 'b' }),
    alertOf({ job: 'db' }),
  )
  const silence = await node.call(silenceRoutes.create, { body: bodyOf([equal('job', 'api')]) })
  expect(silence).toMatchObject({ state: 'active', created_by: 'Ada', replaces: null })
  const { id } = silence
  expect(await node.call(silenceRoutes.read, { params: { id } })).toEqual({ ...silence, muted_count: 2 })
  const changed = await node.call(silenceRoutes.update, { params: { id }, body: { comment: 'Still' } })
  expect(changed).toMatchObject({ id, comment: 'Still', ends_at: silence.ends_at, starts_at: silence.starts_at })
  const pending = bodyOf([equal('job', 'db')], { starts_at: inMinutes(30) })
  await node.call(silenceRoutes.create, { body: pending })
  const first = await node.call(silenceRoutes.list, { query: { limit: '1' } })
  expect(first.items).toMatchObject([{ id, muted_count: 2 }])
  const second = await node.call(silenceRoutes.list, { query: { limit: '1', cursor: first.next_cursor } })
  expect(second).toMatchObject({ items: [{ state: 'pending', muted_count: null }], next_cursor: null })
  await node.call(silenceRoutes.delete, { params: { id } })
  expect(await node.call(silenceRoutes.read, { params: { id } })).toMatchObject({ state: 'expired', muted_count: null })
})

test('names what is wrong, and what is not there', async () => {
  const create = (body: object) => node.call(silenceRoutes.create, { body })
  const bad = bodyOf([equal('a', 'b'), { name: 'a', op: '=~', value: '(' }])
  await expect(create(bad)).rejects.toEqual(faultsOf(['body.matchers.1.value']))
  await expect(create(bodyOf([equal('a', '')]))).rejects.toEqual(faultsOf(['body.matchers']))
  const times = { starts_at: inMinutes(90) }
  await expect(create(bodyOf([equal('a', 'b')], times))).rejects.toEqual(faultsOf(['body.starts_at']))
  await expect(create(bodyOf([equal('a', 'b')], { ends_at: inMinutes(-1) }))).rejects.toEqual(
    faultsOf(['body.ends_at']),
  )
  const unknown = { params: { id: newId() } }
  for (const route of [silenceRoutes.read, silenceRoutes.delete, maintenanceRoutes.read, maintenanceRoutes.delete])
    await expect(node.call(route, unknown)).rejects.toMatchObject({ status: 404 })
  await expect(node.call(silenceRoutes.update, { ...unknown, body: {} })).rejects.toMatchObject({ status: 404 })
})

test('a preview tells what would be muted now, and what matched lately', async () => {
  for (let i = 0; i < 30; i++) node.alerts.push(alertOf({ job: 'api', instance: `a-${i}` }))
  node.alerts.push(alertOf({ job: 'api', instance: 'over' }, { endsAt: Date.now() - 1 }))
  const past = ['a-1', 'b-1', 'b-1', 'b-2'].map(instance => alertOf({ job: 'api', instance }))
  const row = { tenant_id: tenantId, created_version: 1, version: 1, source: 'api', annotations: '{}' }
  await node.db('alerts').insert(
    past.map(({ id, fingerprint, labels }) => ({
      ...row,
      ...{ id, fingerprint, labels: JSON.stringify(labels) },
      ...{ starts_at: new Date(), resolved_at: new Date(), resolved_by: 'sender' },
    })),
  )
  const preview = (matchers: Matcher[]) => node.call(silenceRoutes.preview, { body: { matchers } })
  const all = await preview([equal('job', 'api')])
  expect(all).toMatchObject({ count: 30, recent_count: 32, needs_confirm: true })
  expect(all.items).toHaveLength(20)
  expect(await preview([{ name: 'instance', op: '=~', value: 'a-1|b-.' }])).toMatchObject({
    count: 1,
    recent_count: 3,
    needs_confirm: false,
  })
  expect(await preview([equal('job', 'none')])).toMatchObject({ count: 0, items: [], recent_count: 0 })
})

test('muting very many alerts, or all without a label, has to be confirmed', async () => {
  for (let i = 0; i < 21; i++) node.alerts.push(alertOf({ job: 'api', instance: `a-${i}` }))
  const refusal = expect.objectContaining({ status: 409, code: 'confirm_needed' })
  const without: Matcher[] = [{ name: 'team', op: '!=', value: 'web' }]
  for (const matchers of [[equal('job', 'api')], without]) {
    await expect(node.call(silenceRoutes.create, { body: bodyOf(matchers) })).rejects.toEqual(refusal)
    await node.call(silenceRoutes.create, { body: bodyOf(matchers, { confirm: true }) })
  }
  const { id } = await node.call(silenceRoutes.create, { body: bodyOf([equal('instance', 'a-1')]) })
  const change = { params: { id }, body: { matchers: without } }
  await expect(node.call(silenceRoutes.update, change)).rejects.toEqual(refusal)
})

test('maintenance windows are created, listed by name, and have unique names', async () => {
  const create = (name: string) => {
    const body = {
      name,
      matchers: [equal('job', 'api')],
      cron: '0 3 * * 0',
      timezone: 'Asia/Tokyo',
      duration_minutes: 30,
    }
    return node.call(maintenanceRoutes.create, { body })
  }
  const window = await create('Weekly')
  expect(window.next).toHaveLength(10)
  await create('Backups')
  await expect(create('Weekly')).rejects.toMatchObject({ status: 409, code: 'name_taken' })
  const first = await node.call(maintenanceRoutes.list, { query: { limit: '1' } })
  expect(first.items.map(({ name }) => name)).toEqual(['Backups'])
  const second = await node.call(maintenanceRoutes.list, { query: { limit: '1', cursor: first.next_cursor } })
  expect(second.items).toEqual([window])
  expect(await node.call(maintenanceRoutes.read, { params: { id: window.id } })).toEqual(window)
})
