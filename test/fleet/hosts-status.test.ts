import { createMetrics } from '../../src/base/metrics'
import { StatusTracker } from '../../src/fleet/hosts/status-tracker'
import { eventually } from '../support/programs'
import { enrollment, type HostsNode, type HostsPlace, hostsPlace, join } from './hosts-node'

const WINDOW_MS = 71_000
const DAY_MS = 86_400_000

let place: HostsPlace
let one: HostsNode
let two: HostsNode

beforeAll(async () => {
  place = await hostsPlace()
  one = await place.start()
  two = await place.start()
})
afterAll(() => place.stop())

/** The presence of a node, whose timers a test does not wait for. */
const presenceOf = ({ db, streams }: HostsNode) => {
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
  return new StatusTracker({ db, streams, log, metrics: createMetrics(), windowMs: WINDOW_MS })
}
const seenAgo = (hostId: string, ms: number) =>
  place
    .db('hosts')
    .where({ id: hostId })
    .update({ last_seen_at: new Date(Date.now() - ms) })
/** Without being seen by the node, which would store that some seconds later. */
async function enrol(name: string, secret = place.secret): Promise<{ hostId: string }> {
  await one.hosts.enroll(enrollment(secret, name))
  const { id } = await place.db('hosts').where({ host_identifier: name }).first()
  return { hostId: id }
}
const hostOf = (hostId: string) => place.db('hosts').where({ id: hostId }).first()
const toldOf = async (hostId: string) =>
  (await place.events())
    .filter(({ kind, data }) => kind === 'host_status' && data.data.host_id === hostId)
    .map(({ data }) => data.data.status)

test('a host that was silent for too long is offline, told of once whoever finds it', async () => {
  const { hostId } = await enrol('silent')
  await seenAgo(hostId, WINDOW_MS + 1_000)
  const sweepers = [one, two, one, two].map(presenceOf)
  const found = await Promise.all(sweepers.map(sweeper => sweeper.sweep()))
  expect(found.reduce((sum, count) => sum + count, 0)).toBe(1)
  expect(await hostOf(hostId)).toMatchObject({ status: 'offline' })
  expect(await toldOf(hostId)).toEqual(['offline'])
  const states = (await place.entriesOf(`host:${hostId}`)).filter(({ kind }) => kind === 'status')
  expect(states.map(({ data }) => data.host.status)).toEqual(['online', 'offline'])
})

test('one that was here a moment ago is not', async () => {
  const { hostId } = await enrol('quick')
  await seenAgo(hostId, WINDOW_MS - 10_000)
  expect(await presenceOf(one).sweep()).toBe(0)
  expect(await hostOf(hostId)).toMatchObject({ status: 'online' })
})

test('a host that comes back is online, told of once though two processes saw it', async () => {
  const { hostId } = await enrol('back')
  await seenAgo(hostId, WINDOW_MS + 1_000)
  await presenceOf(one).sweep()
  const seers = [one, two].map(presenceOf)
  for (const seer of seers) seer.seen(hostId)
  await Promise.all(seers.map(seer => seer.flush()))
  expect(await hostOf(hostId)).toMatchObject({ status: 'online' })
  expect(await toldOf(hostId)).toEqual(['offline', 'online'])
})

test('a host that nobody has seen for a month is missing', async () => {
  const { hostId } = await enrol('lost')
  await seenAgo(hostId, 31 * DAY_MS)
  await presenceOf(one).sweep()
  expect(await hostOf(hostId)).toMatchObject({ status: 'missing' })
  expect((await toldOf(hostId)).at(-1)).toBe('missing')
})

test('many sightings are one statement, and none is one none', async () => {
  const agents = await Promise.all(Array.from({ length: 50 }, (_, i) => enrol(`busy-${i}`)))
  for (const { hostId } of agents) await seenAgo(hostId, 30_000)
  const presence = presenceOf(one)
  for (let round = 0; round < 10; round++) for (const { hostId } of agents) presence.seen(hostId)
  const updates = () => one.statements.filter(sql => /UPDATE hosts/.test(sql)).length
  const before = updates()
  await presence.flush()
  await presence.flush()
  expect(updates() - before).toBe(1)
  for (const { hostId } of agents)
    expect(Date.now() - (await hostOf(hostId)).last_seen_at.getTime()).toBeLessThan(29_000)
})

test('an old sighting does not bring a host back', async () => {
  const { hostId } = await enrol('late')
  await seenAgo(hostId, 2 * WINDOW_MS)
  await presenceOf(one).sweep()
  const presence = presenceOf(one)
  const now = jest.spyOn(performance, 'now')
  now.mockReturnValueOnce(performance.now() - WINDOW_MS - 1_000)
  presence.seen(hostId)
  now.mockRestore()
  await presence.flush()
  expect(await hostOf(hostId)).toMatchObject({ status: 'offline' })
})

test('what was seen last is stored when the process stops', async () => {
  const node = await place.start()
  const { hostId, key } = await join(node, enrollment(place.secret, 'last'))
  await seenAgo(hostId, 60_000)
  await node.hosts.agentOf(key)
  await node.stop()
  expect(Date.now() - (await hostOf(hostId)).last_seen_at.getTime()).toBeLessThan(59_000)
})

test('a running process stores sightings by itself', async () => {
  const { hostId } = await enrol('running')
  await seenAgo(hostId, 30_000)
  one.hosts.seen(hostId)
  await eventually(async () => Date.now() - (await hostOf(hostId)).last_seen_at.getTime() < 29_000, 'it is stored')
})

test('the silent of all tenants are found', async () => {
  const { secret } = await place.addSecret(await place.addTenant())
  const { hostId } = await enrol('elsewhere', secret)
  await seenAgo(hostId, WINDOW_MS + 1_000)
  await presenceOf(two).sweep()
  expect(await hostOf(hostId)).toMatchObject({ status: 'offline' })
})

test('the gauge says how many hosts are in which state', async () => {
  const text = await (await place.start()).metrics.metrics()
  const offline = await place.db('hosts').where({ status: 'offline' })
  expect(text).toContain(`tailrace_hosts{status="offline"} ${offline.length}`)
  expect(text).toMatch(/tailrace_hosts\{status="missing"\} 1/)
})
