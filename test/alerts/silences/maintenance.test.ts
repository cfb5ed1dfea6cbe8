import type { Matcher } from '../../../src/contract/matchers'
import { maintenanceRoutes } from '../../../src/contract/silences'
import { createPlace, equal, MINUTE_MS, type Node, tenantId } from './node'

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
  for (const { id } of (await one.call(maintenanceRoutes.list, { query: {} })).items)
    await one.call(maintenanceRoutes.delete, { params: { id } })
})

const shop = { monitor: 'Shop', monitor_id: 'a', env: 'prod' }
const blog = { monitor: 'Blog', monitor_id: 'b' }
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS).toISOString()
const openWindow = (name: string, matchers: Matcher[], [from, to]: [number, number] = [-5, 60]) =>
  one.call(maintenanceRoutes.create, {
    body: { name, matchers, starts_at: inMinutes(from), ends_at: inMinutes(to) },
  })

test('a window of one process shows in the very next look of another', async () => {
  expect((await two.maintenance.now(tenantId))(shop)).toBe(false)
  const { id } = await openWindow('Move', [equal('monitor', 'Shop')])
  const isInMaintenance = await two.maintenance.now(tenantId)
  expect([isInMaintenance(shop), isInMaintenance(blog)]).toEqual([true, false])
  await two.db.transaction(async trx => expect((await two.maintenance.now(tenantId, trx))(shop)).toBe(true))
  await one.call(maintenanceRoutes.delete, { params: { id } })
  expect((await two.maintenance.now(tenantId))(shop)).toBe(false)
})

test('a window for some alerts of a monitor is no maintenance of it', async () => {
  await openWindow('Not slow', [equal('monitor', 'Shop'), { name: 'alertname', op: '!=', value: 'Slow' }])
  await openWindow('Others', [equal('monitor', 'Blog'), { name: 'env', op: '!=', value: 'prod' }])
  const isInMaintenance = await one.maintenance.now(tenantId)
  expect([isInMaintenance(shop), isInMaintenance(blog)]).toEqual([false, false])
  expect(await one.maintenance.planned(tenantId, [shop, blog], Number.POSITIVE_INFINITY)).toEqual([])
})

test('lists what goes on and what is planned, with what it is for', async () => {
  const { starts_at, ends_at } = await openWindow('Now', [{ name: 'monitor_id', op: '=~', value: 'a|b' }])
  await openWindow('Soon', [equal('env', 'prod')], [30, 40])
  await openWindow('Too late', [equal('env', 'prod')], [90, 95])
  await openWindow('Elsewhere', [equal('env', 'test')])
  const planned = await two.maintenance.planned(tenantId, [blog, shop], Date.now() + 60 * MINUTE_MS)
  expect(planned).toMatchObject([
    { name: 'Now', places: [0, 1], startsAt: Date.parse(`${starts_at}`), endsAt: Date.parse(`${ends_at}`) },
    { name: 'Soon', places: [1] },
  ])
})

test('openings that touch are one', async () => {
  const body = { name: 'Always', matchers: [equal('env', 'prod')], cron: '0 * * * *', duration_minutes: 60 }
  await one.call(maintenanceRoutes.create, { body })
  const [time, ...others] = await one.maintenance.planned(tenantId, [shop], Date.now() + 24 * 60 * MINUTE_MS)
  expect(others).toEqual([])
  expect((time?.endsAt ?? 0) - (time?.startsAt ?? 0)).toBe(20 * 60 * MINUTE_MS)
})
