import { HOUR, MIN, startWorld, type World } from './world'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
beforeEach(async () => {
  await world.renew()
  await world.receiver('hook')
  await world.route({ receiver: 'hook', group_by: [] }, [RULE])
  await world.pass(0)
})
afterAll(() => world.stop())

const RULE = {
  source_matchers: [{ name: 'severity', op: '=' as const, value: 'critical' }],
  target_matchers: [{ name: 'severity', op: '=' as const, value: 'warning' }],
  equal: [],
}
const A = { alertname: 'A' }
const B = { alertname: 'B' }
const dueAt = async () => (await world.groups()).map(group => group.next_flush_at)

test('a wholly muted group opens its incident as muted, tells nobody, and is told when the silence ends', async () => {
  await world.mute('silenced', { A: 's1' })
  await world.fire(A)
  await world.pass(0)
  expect(await world.incidents()).toMatchObject([{ status: 'muted' }])
  await world.pass(30_000)
  expect(await world.told()).toEqual(['-silenced 1/0 s1'])
  expect(await dueAt()).toEqual([null])
  await world.mute('silenced', {})
  await world.pass(1)
  expect((await world.told()).slice(1)).toEqual(['unmuted 1/0'])
  expect(await world.incidents()).toMatchObject([{ status: 'open' }])
  expect(await world.events()).toEqual([
    ...['alert_created', 'alert_silenced', 'incident_created', 'incident_updated', 'incident_updated'],
    ...['incident_updated', 'alert_firing', 'incident_updated'],
  ])
  expect(await world.timeline()).toEqual(['#1 opened 1', '#1 muted 1', '#1 not_notified 1', '#1 unmuted 1'])
})

test('muted alerts are left out', async () => {
  await world.mute('silenced', { B: 's1' })
  await world.fire(A, B)
  await world.pass(0)
  expect(await world.incidents()).toMatchObject([{ status: 'open', firing: 2 }])
  await world.pass(30_000)
  expect(await world.told()).toEqual(['-silenced 1/0 s1', 'first 1/0'])
  const [, message] = await world.of('notifications').orderBy('id').pluck('message')
  expect(JSON.parse(message).alerts).toMatchObject([{ labels: A }])
})

test('told, then silenced, then resolved: the resolve is told', async () => {
  await world.fire(A)
  await world.pass(0)
  await world.pass(30_000)
  await world.mute('silenced', { A: 's1' })
  await world.pass(MIN)
  expect(await world.incidents()).toMatchObject([{ status: 'muted' }])
  await world.resolve(A)
  await world.pass(5 * MIN)
  expect(await world.told()).toEqual(['first 1/0', 'all_resolved 0/1'])
})

test('told, silenced, and firing on when the silence ends: told again at once, and once', async () => {
  await world.fire(A)
  await world.pass(0)
  await world.pass(30_000)
  await world.mute('silenced', { A: 's1' })
  await world.pass(MIN)
  await world.pass(5 * HOUR)
  expect(await world.told()).toEqual(['first 1/0', '-silenced 1/0 s1'])
  await world.mute('silenced', {})
  await world.pass(MIN)
  await world.pass(MIN)
  await world.pass(10 * MIN)
  expect((await world.told()).slice(2)).toEqual(['unmuted 1/0'])
})

test('what began and ended in a maintenance window is never told', async () => {
  await world.mute('maintenance', { A: 'Night' })
  await world.fire(A)
  await world.pass(0)
  await world.pass(30_000)
  expect(await world.told()).toEqual(['-maintenance 1/0 Night'])
  await world.resolve(A)
  await world.pass(MIN)
  await world.mute('maintenance', {})
  await world.pass(HOUR)
  expect(await world.told()).toHaveLength(1)
  expect(await world.incidents()).toMatchObject([{ status: 'resolved' }])
})

test('an inhibiting alert mutes until it ends', async () => {
  const source = { alertname: 'Source', severity: 'critical' }
  const target = { alertname: 'Target', severity: 'warning' }
  await world.fire(source)
  await world.pass(0)
  await world.fire(target)
  await world.pass(30_000)
  const [, decision] = await world.told()
  expect(await world.told()).toEqual([expect.stringMatching(/^-inhibited 1\/0 [0-9a-f]{16}$/), 'first 1/0'])
  expect(decision).toBe('first 1/0')
  await world.resolve(source)
  await world.pass(1)
  expect((await world.told()).slice(2)).toEqual(['unmuted 1/1'])
  expect((await world.events()).filter(kind => kind.startsWith('alert_'))).toEqual([
    ...['alert_created', 'alert_created', 'alert_inhibited', 'alert_resolved', 'alert_firing'],
  ])
})

test('a silence of very many alerts is told in several rounds, and its end in one notice', async () => {
  const many = Array.from({ length: 1_100 }, (_, i) => ({ alertname: 'Many', i: `${i}` }))
  await world.fire(...many)
  await world.pass(0)
  await world.pass(30_000)
  await world.mute('silenced', { Many: 's1' })
  expect((await world.pass(1)).rounds).toBeGreaterThanOrEqual(3)
  expect(await world.incidents()).toMatchObject([{ status: 'muted' }])
  await world.mute('silenced', {})
  expect((await world.pass(1)).rounds).toBeGreaterThanOrEqual(3)
  expect(await world.told()).toEqual(['first 1100/0', 'unmuted 1100/0'])
  expect(await world.timeline()).toEqual([
    ...['#1 opened 500', '#1 firing 500', '#1 firing 100', '#1 muted 500', '#1 muted 500', '#1 muted 100'],
    ...['#1 unmuted 500', '#1 unmuted 500', '#1 unmuted 100'],
  ])
})

test('the end of a silence wakes although nothing changes', async () => {
  await world.mute('silenced', { A: 's1' })
  await world.fire(A)
  world.mutes.validUntil = world.clock.now + HOUR
  await world.pass(0)
  const { nextAt } = await world.pass(30_000)
  expect(nextAt?.getTime()).toBe(world.mutes.validUntil)
})
