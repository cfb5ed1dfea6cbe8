import { createDb } from '../../src/base/db'
import { isClusterRun } from '../support/cluster'
import { KILLABLE, ownParts } from '../support/parts'
import { eventually } from '../support/programs'
import { createHostsPlace, enrollment, type HostsPlace, join } from './hosts-node'

let servers: Awaited<ReturnType<typeof ownParts>>
let place: HostsPlace

beforeEach(async () => {
  servers = await ownParts(KILLABLE)
  place = await createHostsPlace({ databaseUrl: servers.postgres.url, redisUrl: servers.redis.url })
})
afterEach(async () => {
  await place.stop()
  await servers.stop()
})

test('a process that may have missed messages while Redis was down forgets its keys', async () => {
  const [one, two] = [await place.start(), await place.start()]
  const first = await join(one, enrollment(place.secret, 'missed'))
  await two.hosts.agentOf(first.key)
  await servers.redis.kill()
  await eventually(() => !one.streams.bus.connected && !two.streams.bus.connected, 'Redis is away')
  await join(one, enrollment(place.secret, 'missed'))
  await join(one, enrollment(place.secret, 'missed'))
  expect(await one.hosts.agentOf(first.key)).toBeUndefined()
  // a Cluster goes down server by server, so that the process may have reconnected in between
  if (!isClusterRun()) expect(await two.hosts.agentOf(first.key)).toBeDefined()
  await servers.redis.restart()
  await eventually(async () => (await two.hosts.agentOf(first.key)) === undefined, 'the old key is refused everywhere')
})

test('enrollments and sightings wait while PostgreSQL is down, and are stored once it is up', async () => {
  const one = await place.start()
  const known = await join(one, enrollment(place.secret, 'known'))
  await place.db('hosts').update({ last_seen_at: new Date(Date.now() - 3_600_000) })
  await one.hosts.agentOf(known.key)
  await servers.postgres.kill()
  // The secret is looked up before anything is stored: an agent whose enrollment fails retries.
  await expect(one.hosts.enroll(enrollment(place.secret, 'during'))).rejects.toThrow()
  expect(await one.hosts.agentOf(known.key)).toMatchObject({ hostId: known.hostId })
  await servers.postgres.restart()
  await eventually(async () => {
    const key = await one.hosts.enroll(enrollment(place.secret, 'during')).catch(() => undefined)
    return key !== undefined
  }, 'agents are let in again')
  const after = createDb(servers.postgres.url, 1)
  const ageOf = async () =>
    Date.now() - (await after('hosts').where({ id: known.hostId }).first()).last_seen_at.getTime()
  await eventually(async () => (await ageOf()) < 600_000, 'the sighting is stored')
  expect(await after('hosts').where({ host_identifier: 'during' })).toHaveLength(1)
  await after.destroy()
})
