import { createMetrics } from '../../src/base/metrics'
import { StatusTracker } from '../../src/fleet/hosts/status-tracker'
import { eventually } from '../support/programs'
import { createHostsPlace, enrollment, type HostsNode, type HostsPlace, join } from './hosts-node'

const WINDOW_MS = 71_000
const DAY_MS = 86_400_000

let place: HostsPlace
let one: HostsNode
let two: HostsNode

beforeAll(async () => {
  place = await createHostsPlace()
  one = await place.start()
  two = await place.start()
})
afterAll(() => place.stop())

/** A separate tracker for a node, so that tests need not wait for timers. */
const trackerOf = ({ db, streams }: HostsNode) => {
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
  return new StatusTracker({ db, streams, log, metrics: createMetrics(), windowMs: WINDOW_MS })
}
const setLastSeen = (hostId: string, ms: number) =>
  place
    .db('hosts')
    .where({ id: hostId })
    .update({ last_seen_at: new Date(Date.now() - ms) })
/** Inserts a host without a sighting, which the node would store some seconds later. */
async function enroll(name: string, secret = place.secret): Promise<{ hostId: string }> {
  await one.hosts.enroll(enrollment(secret, name))
  const { id } = await place.db('hosts').where({ host_identifier: name }).first()
  return { hostId: id }
}
const hostOf = (hostId: string) => place.db('hosts').where({ id: hostId }).first()
const statusesOf = async (hostId: string) =>
  (await place.events())
    .filter(({ kind, data }) => kind === 'host_status' && data.data.host_id === hostId)
    .map(({ data }) => data.data.status)

test('a host that was not seen for too long is offline, with one event whichever process finds it', async () => {
  const { hostId } = await enroll('silent')
  await setLastSeen(hostId, WINDOW_MS + 1_000)
  const sweepers = [one, two, one, two].map(trackerOf)
  const found = await Promise.all(sweepers.map(sweeper => sweeper.sweep()))
  expect(found.reduce((sum, count) => sum + count, 0)).toBe(1)
  expect(await hostOf(hostId)).toMatchObject({ status: 'offline' })
  expect(await statusesOf(hostId)).toEqual(['offline'])
  const states = (await place.entriesOf(`host:${hostId}`)).filter(({ kind }) => kind === 'status')
  expect(states.map(({ data }) => data.host.status)).toEqual(['online', 'offline'])
})

test('a host that was seen recently is not', async () => {
  const { hostId } = await enroll('quick')
  await setLastSeen(hostId, WINDOW_MS - 10_000)
  expect(await trackerOf(one).sweep()).toBe(0)
  expect(await hostOf(hostId)).toMatchObject({ status: 'online' })
})

test('a host that comes back is online, with one event although two processes saw it', async () => {
  const { hostId } = await enroll('back')
  await setLastSeen(hostId, WINDOW_MS + 1_000)
  await trackerOf(one).sweep()
  const trackers = [one, two].map(trackerOf)
  for (const tracker of trackers) tracker.seen(hostId)
  await Promise.all(trackers.map(tracker => tracker.flush()))
  expect(await hostOf(hostId)).toMatchObject({ status: 'online' })
  expect(await statusesOf(hostId)).toEqual(['offline', 'online'])
})

test('a host that was not seen for a month is missing', async () => {
  const { hostId } = await enroll('lost')
  await setLastSeen(hostId, 31 * DAY_MS)
  await trackerOf(one).sweep()
  expect(await hostOf(hostId)).toMatchObject({ status: 'missing' })
  expect((await statusesOf(hostId)).at(-1)).toBe('missing')
})

test('many sightings are stored with one statement, none without any', async () => {
  const agents = await Promise.all(Array.from({ length: 50 }, (_, i) => enroll(`busy-${i}`)))
  for (const { hostId } of agents) await setLastSeen(hostId, 30_000)
  const tracker = trackerOf(one)
  for (let round = 0; round < 10; round++) for (const { hostId } of agents) tracker.seen(hostId)
  const updates = () => one.statements.filter(sql => /UPDATE hosts/.test(sql)).length
  const before = updates()
  await tracker.flush()
  await tracker.flush()
  expect(updates() - before).toBe(1)
  for (const { hostId } of agents)
    expect(Date.now() - (await hostOf(hostId)).last_seen_at.getTime()).toBeLessThan(29_000)
})

test('an old sighting does not make a host online', async () => {
  const { hostId } = await enroll('late')
  await setLastSeen(hostId, 2 * WINDOW_MS)
  await trackerOf(one).sweep()
  const tracker = trackerOf(one)
  const now = jest.spyOn(performance, 'now')
  now.mockReturnValueOnce(performance.now() - WINDOW_MS - 1_000)
  tracker.seen(hostId)
  now.mockRestore()
  await tracker.flush()
  expect(await hostOf(hostId)).toMatchObject({ status: 'offline' })
})

test('last sightings are stored when the process stops', async () => {
  const node = await place.start()
  const { hostId, key } = await join(node, enrollment(place.secret, 'last'))
  await setLastSeen(hostId, 60_000)
  await node.hosts.agentOf(key)
  await node.stop()
  expect(Date.now() - (await hostOf(hostId)).last_seen_at.getTime()).toBeLessThan(59_000)
})

test('a running process stores sightings by itself', async () => {
  const { hostId } = await enroll('running')
  await setLastSeen(hostId, 30_000)
  one.hosts.seen(hostId)
  await eventually(async () => Date.now() - (await hostOf(hostId)).last_seen_at.getTime() < 29_000, 'it is stored')
})

test('hosts of all tenants are found', async () => {
  const { secret } = await place.addSecret(await place.addTenant())
  const { hostId } = await enroll('elsewhere', secret)
  await setLastSeen(hostId, WINDOW_MS + 1_000)
  await trackerOf(two).sweep()
  expect(await hostOf(hostId)).toMatchObject({ status: 'offline' })
})

test('the gauge counts hosts by status', async () => {
  const text = await (await place.start()).metrics.metrics()
  const offline = await place.db('hosts').where({ status: 'offline' })
  expect(text).toContain(`tailrace_hosts{status="offline"} ${offline.length}`)
  expect(text).toMatch(/tailrace_hosts\{status="missing"\} 1/)
})
