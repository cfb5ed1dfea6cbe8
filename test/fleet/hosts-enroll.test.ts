import { eventually } from '../support/programs'
import { createHostsPlace, enrollment, type HostsNode, type HostsPlace, join, tenantId } from './hosts-node'

let place: HostsPlace
let one: HostsNode
let two: HostsNode

beforeAll(async () => {
  place = await createHostsPlace()
  one = await place.start()
  two = await place.start()
})
afterAll(() => place.stop())

const rowOf = async (hostIdentifier: string) => {
  const [row] = await place.db('hosts').where({ host_identifier: hostIdentifier })
  return row
}
const enrolledEvents = async (hostId: string) =>
  (await place.events()).filter(({ kind, data }) => kind === 'host_enrolled' && data.data.host_id === hostId)
const knowsKey = (node: HostsNode, key: string) => async () => (await node.hosts.agentOf(key)) !== undefined

test('an agent that enrolls is a host, with events in its topic and for the tenant', async () => {
  const agent = await join(one, enrollment(place.secret, 'web-1'))
  expect(agent).toMatchObject({ tenantId, hostIdentifier: 'web-1', hostname: 'web-1.example', platform: 'debian' })
  expect(await rowOf('web-1')).toMatchObject({
    ...{ id: agent.hostId, os_name: 'Debian GNU/Linux', os_version: '12', osquery_version: '5.23.1' },
    ...{ hardware_uuid: 'web-1', hardware_serial: '-1', status: 'online' },
  })
  expect(await enrolledEvents(agent.hostId)).toHaveLength(1)
  const [status] = await place.entriesOf(`host:${agent.hostId}`)
  expect(status).toMatchObject({ kind: 'status', data: { host: { id: agent.hostId, status: 'online' } } })
  expect(JSON.stringify(await rowOf('web-1'))).not.toContain(agent.key)
})

test('another process knows the key at once', async () => {
  const agent = await join(one, enrollment(place.secret, 'web-2'))
  expect(await two.hosts.agentOf(agent.key)).toMatchObject({ hostId: agent.hostId })
})

test('a wrong secret creates nothing, and is not in the log', async () => {
  const wrong = enrollment('tre_wrong_secret_of_an_agent', 'outsider')
  expect(await one.hosts.enroll(wrong)).toBeUndefined()
  expect(await rowOf('outsider')).toBeUndefined()
  expect(
    one.records.find(({ level, host_identifier }) => level === 'warn' && host_identifier === 'outsider'),
  ).toBeDefined()
  expect(JSON.stringify(one.records)).not.toContain(wrong.secret)
  expect(await one.metrics.metrics()).toMatch(/tailrace_enrollments_total\{outcome="wrong_secret"\} 1/)
})

test('many wrong secrets are logged in a few short lines', async () => {
  const lines = () => one.records.filter(({ message }) => message.includes('wrong enroll secret'))
  const wrong = enrollment('tre_wrong_secret_of_an_agent', 'x'.repeat(50_000))
  await Promise.all(Array.from({ length: 200 }, () => one.hosts.enroll(wrong)))
  expect(lines().length).toBeGreaterThan(0)
  expect(lines().length).toBeLessThanOrEqual(20)
  expect(JSON.stringify(lines()).length).toBeLessThan(20_000)
})

test('several secrets are valid at once, and a host stays when its secret is removed', async () => {
  const other = await place.addSecret()
  const agent = await join(one, enrollment(other.secret, 'web-3'))
  const [used] = await place.db('enroll_secrets').where({ id: other.id })
  expect(used.last_used_at).not.toBeNull()
  await place.db('enroll_secrets').where({ id: other.id }).delete()
  expect(await one.hosts.enroll(enrollment(other.secret, 'web-4'))).toBeUndefined()
  expect(await two.hosts.agentOf(agent.key)).toMatchObject({ hostId: agent.hostId })
})

test('a secret determines the tenant; the same name in another tenant is another host', async () => {
  const tenant = await place.addTenant()
  const { secret } = await place.addSecret(tenant)
  const [here, there] = [await join(one, enrollment(place.secret, 'twin')), await join(one, enrollment(secret, 'twin'))]
  expect(there).toMatchObject({ tenantId: tenant, hostIdentifier: 'twin' })
  expect(there.hostId).not.toBe(here.hostId)
})

test('enrolling again keeps the host; the previous key stays valid for a while', async () => {
  const first = await join(one, enrollment(place.secret, 'web-5'))
  const again = await join(two, enrollment(place.secret, 'web-5', { hostname: 'renamed' }))
  expect(again).toMatchObject({ hostId: first.hostId, hostname: 'renamed' })
  expect(await one.hosts.agentOf(first.key)).toMatchObject({ hostId: first.hostId })
  expect(await enrolledEvents(first.hostId)).toHaveLength(1)
  await place
    .db('hosts')
    .where({ id: first.hostId })
    .update({ previous_key_until: new Date(Date.now() - 1_000) })
  const third = await place.start()
  expect(await third.hosts.agentOf(first.key)).toBeUndefined()
  expect(await third.hosts.agentOf(again.key)).toBeDefined()
})

test('the third key invalidates the first one, in the other process too', async () => {
  const first = await join(one, enrollment(place.secret, 'web-6'))
  await two.hosts.agentOf(first.key)
  await join(one, enrollment(place.secret, 'web-6'))
  await join(one, enrollment(place.secret, 'web-6'))
  expect(await one.hosts.agentOf(first.key)).toBeUndefined()
  await eventually(async () => !(await knowsKey(two, first.key)()), 'the other process forgets the key')
})

test('one name enrolled twenty times at once on two processes is one host with one event', async () => {
  const request = enrollment(place.secret, 'crowd')
  const keys = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).hosts.enroll(request)))
  expect(new Set(keys).size).toBe(20)
  const found = await place.db('hosts').where({ host_identifier: 'crowd' })
  expect(found).toHaveLength(1)
  expect(await enrolledEvents(found[0].id)).toHaveLength(1)
})

test('many hosts that enroll at once are stored together', async () => {
  const before = one.statements.length
  const names = Array.from({ length: 300 }, (_, i) => `many-${i}`)
  const keys = await Promise.all(names.map(name => one.hosts.enroll(enrollment(place.secret, name))))
  expect(one.statements.length - before).toBeLessThan(100)
  const fresh = await place.start()
  const initial = fresh.statements.length
  const agents = await Promise.all(keys.map(key => fresh.hosts.agentOf(key ?? '')))
  expect(agents.map(agent => agent?.hostIdentifier)).toEqual(names)
  expect(fresh.statements.length - initial).toBeLessThan(10)
  const idle = fresh.statements.length
  for (const key of keys) await fresh.hosts.agentOf(key ?? '')
  expect(fresh.statements.slice(idle)).toEqual([])
})

test('a machine that was set up again takes over its host, and the old key becomes invalid', async () => {
  const old = await join(one, enrollment(place.secret, 'desk', { instance: 'aaaaaaaa-1' }))
  const next = await join(one, enrollment(place.secret, 'desk', { instance: 'bbbbbbbb-1' }))
  expect(next.hostId).toBe(old.hostId)
  expect(await one.hosts.agentOf(old.key)).toBeUndefined()
  const events = await enrolledEvents(old.hostId)
  expect(events.map(({ data }) => data.data.reinstalled)).toEqual([false, true])
})

test('clones are distinguished as soon as the first one enrolls again, and stay separate', async () => {
  const enroll = (instance: string, node = one) => join(node, enrollment(place.secret, 'image', { instance }))
  const a = await enroll('aaaaaaaa-2')
  const b = await enroll('bbbbbbbb-2', two)
  const back = await enroll('aaaaaaaa-2')
  expect(b.hostId).toBe(a.hostId)
  expect(back).toMatchObject({ hostIdentifier: 'image~aaaaaaaa' })
  expect(back.hostId).not.toBe(a.hostId)
  expect(await one.hosts.agentOf(b.key)).toMatchObject({ hostId: a.hostId })
  const c = await enroll('cccccccc-2')
  expect(c.hostIdentifier).toBe('image~cccccccc')
  for (const [instance, hostId] of [
    ['aaaaaaaa-2', back.hostId],
    ['bbbbbbbb-2', b.hostId],
    ['cccccccc-2', c.hostId],
  ] as const)
    expect((await enroll(instance)).hostId).toBe(hostId)
  expect(await place.db('hosts').where('host_identifier', 'like', 'image%')).toHaveLength(3)
  expect(
    one.records.filter(({ message }) => /Several machines have the host identifier image/.test(message)),
  ).toHaveLength(1)
})

test('an instance that enrolls again after more than a day does not prove a clone', async () => {
  const enroll = (instance: string) => join(one, enrollment(place.secret, 'restored', { instance }))
  const a = await enroll('aaaaaaaa-3')
  await enroll('bbbbbbbb-3')
  const long = JSON.stringify({ 'aaaaaaaa-3': new Date(Date.now() - 25 * 3_600_000) })
  await place.db('hosts').where({ id: a.hostId }).update({ earlier_instances: long })
  expect((await enroll('aaaaaaaa-3')).hostIdentifier).toBe('restored')
})

test('clones in one flush are distinguished, too', async () => {
  const instances = ['aaaaaaaa-4', 'bbbbbbbb-4', 'aaaaaaaa-4', 'bbbbbbbb-4', 'cccccccc-4']
  const enrolled = await Promise.all(
    instances.map(instance => one.hosts.enroll(enrollment(place.secret, 'storm', { instance }))),
  )
  expect(enrolled.every(Boolean)).toBe(true)
  const names = (await place.db('hosts').where('host_identifier', 'like', 'storm%')).map(row => row.host_identifier)
  expect(names.sort()).toEqual(['storm', 'storm~aaaaaaaa', 'storm~cccccccc'])
})

test('agents that do not send their instance id are one host, and both keys stay valid', async () => {
  const request = enrollment(place.secret, 'old-agent', { instance: '' })
  const first = await join(one, request)
  const again = await join(one, request)
  expect(again.hostId).toBe(first.hostId)
  expect(await one.hosts.agentOf(first.key)).toBeDefined()
})

test('an agent without an identifier is identified by its hardware, then by its host name, else refused', async () => {
  const nameless = enrollment(place.secret, ' ')
  const withSystem = (system: Record<string, string>) => ({
    ...nameless,
    details: { ...nameless.details, system_info: system },
  })
  const uuid = '4C4C4544-0042-3510-8052-C3C04F4E5132'
  expect((await join(one, withSystem({ uuid, hostname: 'named' }))).hostIdentifier).toBe(uuid)
  const none = '00000000-0000-0000-0000-000000000000'
  expect((await join(one, withSystem({ uuid: none, hostname: 'named' }))).hostIdentifier).toBe('named')
  expect(await one.hosts.enroll(withSystem({}))).toBeUndefined()
})

test('values that PostgreSQL cannot hold do not stop an agent from enrolling', async () => {
  const odd = enrollment(place.secret, 'odd\0name\ud800', { hostname: 'h\0ost\udfff' })
  const agent = await join(one, odd)
  expect(agent).toMatchObject({ hostIdentifier: 'oddname\ufffd', hostname: 'host\ufffd' })
})

test('an agent that reports no details keeps those that are stored', async () => {
  const first = await join(one, enrollment(place.secret, 'terse'))
  const again = await join(one, { ...enrollment(place.secret, 'terse'), details: {}, platformType: '' })
  expect(again).toMatchObject({ hostId: first.hostId, hostname: 'terse.example', platform: 'debian' })
})

test('an unknown key is refused, and looked up only once a minute', async () => {
  expect(await one.hosts.agentOf('trn_nobody')).toBeUndefined()
  const before = one.statements.length
  expect(await one.hosts.agentOf('trn_nobody')).toBeUndefined()
  expect(one.statements.length).toBe(before)
})

describe('when PostgreSQL fails', () => {
  const breakEntries = () =>
    place.db.raw(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
      CREATE TRIGGER refuse BEFORE INSERT ON stream_chunks FOR EACH ROW EXECUTE FUNCTION refuse()`)

  test('there is neither a host nor an event, and the agent can enroll again', async () => {
    const before = (await place.events()).length
    await breakEntries()
    await expect(one.hosts.enroll(enrollment(place.secret, 'unlucky'))).rejects.toThrow()
    await place.db.raw('DROP FUNCTION refuse CASCADE')
    expect(await rowOf('unlucky')).toBeUndefined()
    expect(await place.events()).toHaveLength(before)
    const { hostId } = await join(one, enrollment(place.secret, 'unlucky'))
    expect(await enrolledEvents(hostId)).toHaveLength(1)
  })

  test('an enrollment that the database refuses fails alone', async () => {
    await place.db.raw(`ALTER TABLE hosts ADD CONSTRAINT no_such CHECK (host_identifier <> 'refused')`)
    const names = ['before', 'refused', 'after']
    const settled = await Promise.allSettled(names.map(name => one.hosts.enroll(enrollment(place.secret, name))))
    await place.db.raw('ALTER TABLE hosts DROP CONSTRAINT no_such')
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('connections that break in the middle create no host twice', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `cut-${i}`)
    const enrolled = names.map(name => one.hosts.enroll(enrollment(place.secret, name)))
    for (let cut = 0; cut < 5; cut++)
      await place.db.raw(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`)
    const settled = await Promise.allSettled(enrolled)
    // An agent whose enrollment failed retries.
    for (const [i, { status }] of settled.entries())
      if (status === 'rejected') await one.hosts.enroll(enrollment(place.secret, names[i] ?? ''))
    expect(await place.db('hosts').where('host_identifier', 'like', 'cut-%')).toHaveLength(60)
    const events = (await place.events()).filter(
      ({ kind, data }) => kind === 'host_enrolled' && data.data.host_identifier.startsWith('cut-'),
    )
    expect(events).toHaveLength(60)
  })
})
