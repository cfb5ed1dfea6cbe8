import { HOUR, MIN, startWorld, type World } from './world'

let world: World
beforeEach(async () => {
  world = await startWorld()
  await world.receiver('hook')
  await world.route({ receiver: 'hook', group_by: ['alertname'], group_wait_seconds: 0, group_interval_seconds: 1 })
  await world.pass(0)
})
afterEach(() => world.stop())

const A = { alertname: 'A' }

async function flap() {
  await world.fire(A)
  await world.pass(2_000)
  await world.resolve(A)
  await world.pass(2_000)
}

test('a group that opens six times in half an hour says so once, and then keeps to the repeat interval until it is calm', async () => {
  for (let i = 0; i < 5; i++) await flap()
  expect(await world.told()).toEqual(Array.from({ length: 5 }, () => ['first 1/0', 'all_resolved 0/1']).flat())
  await flap()
  const messages: string[] = await world.db('notifications').whereNotNull('message').orderBy('id').pluck('message')
  const flapping = messages.map(message => JSON.parse(message).commonAnnotations.flapping)
  expect(flapping.filter(Boolean)).toHaveLength(1)
  expect((await world.told()).slice(10)).toEqual(['first 1/0', '-flapping 0/1'])
  expect((await world.incidents()).at(-1)).toMatchObject({ is_flapping: true })
  await flap()
  await flap()
  expect((await world.told()).slice(12)).toEqual([])
  expect((await world.timeline()).filter(entry => entry.includes('flapping'))).toEqual(['#6 flapping'])
  await world.pass(31 * MIN)
  expect((await world.told()).slice(12)).toEqual(['all_resolved 0/1'])
  await world.pass(HOUR)
  await world.fire(A)
  await world.pass(0)
  expect((await world.told()).slice(13)).toEqual(['first 1/0'])
  expect((await world.incidents()).at(-1)).toMatchObject({ is_flapping: false })
})
