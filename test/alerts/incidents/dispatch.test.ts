import { groupReceivers } from '../../../src/alerts/incidents'
import { HOUR, MIN, startWorld, type World } from './world'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
beforeEach(async () => {
  await world.renew()
  await world.receiver('hook')
  await world.route({ receiver: 'hook', group_by: ['alertname'] })
  await world.pass(0)
})
afterAll(() => world.stop())

const A = { alertname: 'Down', instance: 'a', severity: 'warning' }
const B = { alertname: 'Down', instance: 'b', severity: 'critical' }
const OTHER = { alertname: 'Slow', instance: 'a' }

test('a group is told after group_wait, of new alerts after group_interval, of the rest at the repeat and the end', async () => {
  await world.fire(A)
  await world.pass(0)
  expect(await world.told()).toEqual([])
  await world.fire(B)
  await world.pass(29_000)
  expect(await world.told()).toEqual([])
  await world.pass(1_000)
  expect(await world.told()).toEqual(['first 2/0'])
  await world.resolve(A)
  await world.pass(MIN)
  expect(await world.told()).toHaveLength(1)
  await world.pass(4 * MIN)
  expect((await world.told()).slice(1)).toEqual(['some_resolved 1/1'])
  await world.pass(4 * HOUR)
  expect((await world.told()).slice(2)).toEqual(['repeat 1/0'])
  await world.resolve(B)
  await world.pass(5 * MIN)
  expect((await world.told()).slice(3)).toEqual(['all_resolved 0/1'])
  await world.pass(10 * HOUR)
  expect(await world.told()).toHaveLength(4)
  expect(await world.groups()).toEqual([])
})

test('an incident lasts from the first firing until all are resolved, and the next is another', async () => {
  await world.fire(A, B, OTHER)
  await world.pass(0)
  expect(await world.incidents()).toMatchObject([
    { number: 1, title: 'Down', status: 'open', severity: 'critical', firing: 2, alerts: 2, receiver: 'hook' },
    { number: 2, title: 'Slow', status: 'open', severity: null, firing: 1, alerts: 1 },
  ])
  await world.resolve(B)
  await world.pass(0)
  const [down] = await world.incidents()
  expect(down).toMatchObject({ status: 'open', severity: 'warning', firing: 1, alerts: 2 })
  expect(JSON.parse(down?.common_labels ?? '')).toEqual(A)
  await world.resolve(A)
  await world.pass(0)
  await world.fire(A)
  await world.pass(0)
  expect((await world.incidents()).map(({ number, status }) => [number, status])).toEqual([
    [1, 'resolved'],
    [2, 'open'],
    [3, 'open'],
  ])
  expect(await world.timeline()).toEqual([
    '#1 opened 2',
    '#2 opened 1',
    '#1 alerts_resolved 1',
    '#1 alerts_resolved 1',
    '#1 resolved',
    '#3 opened 1',
  ])
})

test('everything is an event, and bursts are one entry of the timeline', async () => {
  await world.fire(...Array.from({ length: 1_200 }, (_, i) => ({ alertname: 'Many', i: `${i}` })))
  const { rounds } = await world.pass(0)
  expect(rounds).toBeGreaterThan(2)
  const events = await world.events()
  expect(events.filter(kind => kind === 'alert_created')).toHaveLength(1_200)
  expect(events.filter(kind => kind === 'incident_created')).toHaveLength(1)
  expect(await world.timeline()).toEqual(['#1 opened 500', '#1 firing 500', '#1 firing 200'])
  await world.pass(30_000)
  expect(await world.told()).toEqual(['first 1200/0'])
  const [message] = await world.of('notifications').pluck('message')
  expect(JSON.parse(message).alerts).toHaveLength(1_200)
})

test('what began and ended between two looks is an incident that nobody is told of', async () => {
  await world.fire(A)
  await world.resolve(A)
  await world.pass(0)
  expect(await world.timeline()).toEqual(['#1 opened 1', '#1 alerts_resolved 1', '#1 resolved'])
  expect(await world.events()).toEqual([
    'alert_created',
    'alert_resolved',
    'incident_created',
    'incident_updated',
    'incident_updated',
    'incident_resolved',
    'incident_updated',
  ])
  await world.pass(HOUR)
  expect(await world.told()).toEqual([])
})

test('an alert that was over when it was first seen is no incident', async () => {
  await world.resolve(A)
  await world.pass(HOUR)
  expect(await world.incidents()).toEqual([])
  expect(await world.events()).toEqual(['alert_resolved'])
})

test('resolved and firing again within one interval is no news', async () => {
  await world.fire(A)
  await world.pass(0)
  await world.pass(30_000)
  await world.resolve(A)
  await world.fire(A)
  await world.pass(5 * MIN)
  expect(await world.told()).toEqual(['first 1/0', '-repeat_not_due 1/0'])
  await world.resolve(A)
  await world.pass(5 * MIN)
  expect((await world.told()).slice(2)).toEqual(['all_resolved 0/1'])
})

test('a receiver without resolves, none, and a disabled one: each decision is stored once', async () => {
  await world.receiver('hook', { send_resolved: false })
  await world.fire(A, B)
  await world.pass(0)
  await world.pass(30_000)
  await world.resolve(B)
  await world.pass(5 * MIN)
  expect(await world.told()).toEqual(['first 2/0', '-resolved_not_wanted 1/1 hook'])
  await world.receiver('hook', { enabled: false })
  await world.fire(B)
  await world.pass(5 * MIN)
  await world.fire({ ...B, instance: 'c' })
  await world.pass(5 * MIN)
  expect((await world.told()).slice(2)).toEqual(['-receiver_disabled 2/0 hook'])
  await world.receiver('hook', { enabled: true })
  await world.pass(1)
  expect((await world.told()).slice(3)).toEqual(['new_alerts 3/0'])
})

test('the receivers of a group are told the same; what one of them is not told is stored', async () => {
  await world.receiver('mail', { send_resolved: false })
  await world.receiver('off', { enabled: false })
  await world.group('all', ['hook', 'mail', 'off'])
  await world.route({ receiver: 'all', group_by: ['alertname'] })
  await world.fire(A, B)
  await world.pass(0)
  await world.pass(30_000)
  await world.resolve(A)
  await world.pass(5 * MIN)
  await world.resolve(B)
  await world.pass(5 * MIN)
  expect((await world.told()).sort()).toEqual([
    '-receiver_disabled 0/1 off',
    '-receiver_disabled 1/1 off',
    '-receiver_disabled 2/0 off',
    '-resolved_not_wanted 0/1 mail',
    '-resolved_not_wanted 1/1 mail',
    'all_resolved 0/1',
    'first 2/0',
    'first 2/0',
    'some_resolved 1/1',
  ])
  expect(await world.incidents()).toMatchObject([{ receiver: 'all', status: 'resolved' }])
})

test('a group whose receivers are all disabled is one decision, and none of them is told', async () => {
  await world.receiver('hook', { enabled: false })
  await world.group('all', ['hook'])
  await world.route({ receiver: 'all', group_by: ['alertname'] })
  await world.fire(A)
  await world.pass(0)
  await world.pass(30_000)
  expect(await world.told()).toEqual(['-receiver_disabled 1/0 all'])
})

test('a route without a receiver leads to incidents only, and is told when it gets one', async () => {
  await world.route({ receiver: null, group_by: ['alertname'] })
  await world.fire(A)
  await world.pass(0)
  await world.pass(30_000)
  await world.fire(B)
  await world.pass(5 * MIN)
  expect(await world.told()).toEqual(['-no_receiver 1/0'])
  await world.route({ receiver: 'hook', group_by: ['alertname'] })
  await world.pass(1)
  expect((await world.told()).slice(1)).toEqual(['first 2/0'])
  expect(await world.incidents()).toMatchObject([{ number: 1, receiver: 'hook' }])
})

test('a new tree: groups that go on are not told again, those without a route tell the end', async () => {
  await world.fire(A, OTHER)
  await world.pass(0)
  await world.pass(30_000)
  await world.receiver('other')
  const matchers = [{ name: 'alertname', op: '=' as const, value: 'Slow' }]
  const routes = [{ matchers, receiver: 'other', group_by: ['instance'] }]
  await world.route({ receiver: 'hook', group_by: ['alertname'], routes })
  await world.pass(1)
  expect(await world.told()).toEqual(['first 1/0', 'first 1/0', '-repeat_not_due 1/0'])
  await world.pass(30_000)
  expect((await world.told()).slice(3)).toEqual(['first 1/0'])
  await world.resolve(A, OTHER)
  await world.pass(5 * MIN)
  expect((await world.told()).slice(4)).toEqual(['all_resolved 0/1', 'all_resolved 0/1', 'all_resolved 0/1'])
  expect(await world.incidents()).toMatchObject([
    { status: 'resolved' },
    { status: 'resolved' },
    { status: 'resolved' },
  ])
})

test('another receiver of a route is told what fires, and the former one what it was told ends', async () => {
  await world.fire(A)
  await world.pass(0)
  await world.pass(30_000)
  await world.receiver('other')
  await world.route({ receiver: 'other', group_by: ['alertname'] })
  await world.pass(1)
  expect(await world.of('notifications').orderBy('id').pluck('receiver')).toEqual(['hook', 'other'])
  await world.resolve(A)
  await world.pass(5 * MIN)
  expect((await world.told()).slice(2)).toEqual(['all_resolved 0/1', 'all_resolved 0/1'])
  expect(new Set((await world.of('notifications').orderBy('id').pluck('receiver')).slice(2))).toEqual(
    new Set(['hook', 'other']),
  )
  expect(await world.incidents()).toMatchObject([{ number: 1, status: 'resolved' }])
})

test('a receiver that has another name now is not told again, and is told the end', async () => {
  await world.fire(A)
  await world.pass(0)
  await world.pass(30_000)
  await world.db.transaction(async trx => {
    await groupReceivers.lock(trx, world.clock.tenantId)
    await trx('receivers').where({ name: 'hook' }).update({ name: 'crew' })
    await groupReceivers.rename(trx, { tenantId: world.clock.tenantId, from: 'hook', to: 'crew' })
  })
  await world.route({ receiver: 'crew', group_by: ['alertname'] })
  await world.pass(1)
  expect(await world.told()).toEqual(['first 1/0', '-repeat_not_due 1/0'])
  expect(await world.incidents()).toMatchObject([{ number: 1, receiver: 'crew' }])
  await world.resolve(A)
  await world.pass(5 * MIN)
  expect((await world.told()).slice(2)).toEqual(['all_resolved 0/1'])
})

test('time intervals hold notices back and tell what still fires when they end', async () => {
  const day = new Date(world.clock.now).toISOString()
  const hour = Number(day.slice(11, 13))
  const hh = (value: number) => `${String(value).padStart(2, '0')}:00`
  const times = [{ start_time: hh(hour), end_time: hour === 23 ? '24:00' : hh(hour + 1) }]
  await world.route({ receiver: 'hook', group_by: ['alertname'], mute_time_intervals: ['now'] }, [], {
    now: [{ times }],
  })
  const left = HOUR - (world.clock.now % HOUR)
  if (left < 5 * MIN) world.clock.now -= 10 * MIN
  const end = world.clock.now - (world.clock.now % HOUR) + HOUR
  await world.fire(A, OTHER)
  await world.pass(0)
  await world.pass(30_000)
  await world.resolve(OTHER)
  await world.pass(1_000)
  expect(await world.told()).toEqual(['-interval 1/0 now', '-interval 1/0 now'])
  await world.pass(end - world.clock.now)
  expect((await world.told()).slice(2)).toEqual(['first 1/0'])
})

test('alerts that came before the routes have been looked at are counted once', async () => {
  await world.route({ receiver: 'hook', group_by: ['instance'] })
  await world.fire(A, B)
  await world.pass(0)
  expect(await world.incidents()).toMatchObject([
    { firing: 1, alerts: 1 },
    { firing: 1, alerts: 1 },
  ])
  await world.route({ receiver: 'hook', group_by: [] })
  await world.fire(OTHER)
  await world.pass(0)
  expect((await world.incidents()).slice(2)).toMatchObject([{ firing: 3, alerts: 3 }])
  await world.resolve(A, B, OTHER)
  await world.pass(0)
  expect((await world.incidents()).map(({ status, firing }) => [status, firing])).toEqual([
    ['resolved', 0],
    ['resolved', 0],
    ['resolved', 0],
  ])
})
