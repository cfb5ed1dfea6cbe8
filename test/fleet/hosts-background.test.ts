import { newId } from '../../src/base/ids'
import { eventually } from '../support/programs'
import { answer, createHostsPlace, enrollment, type HostsNode, type HostsPlace, join, tenantId } from './hosts-node'

let place: HostsPlace
let one: HostsNode
let two: HostsNode

beforeEach(async () => {
  place = await createHostsPlace()
  one = await place.start()
  two = await place.start()
})
afterEach(() => place.stop())

async function addLabel(sql: string | null, more: Record<string, unknown> = {}) {
  const id = newId()
  const by = JSON.stringify({ type: 'system', id: null, name: 'test' })
  await place.db('labels').insert({ id, tenant_id: tenantId, name: `label ${id}`, sql, created_by: by, ...more })
  return id
}
const membersOf = async (labelId: string) =>
  (await place.db('label_hosts').where({ label_id: labelId })).map(row => row.host_id)
const hostOf = (hostId: string) => place.db('hosts').where({ id: hostId }).first()
const VITALS = 'tailrace:vitals:'

test('a new host gets the queries for its vitals once, and its answers are stored', async () => {
  const agent = await join(one, enrollment(place.secret, 'fresh'))
  const queries = one.hosts.backgroundQueries(agent) ?? {}
  expect(Object.keys(queries)).toEqual(expect.arrayContaining([`${VITALS}os_version`, `${VITALS}mounts`]))
  expect(Object.keys(queries).length).toBeLessThanOrEqual(10)
  expect(one.hosts.backgroundQueries(agent)).toBeUndefined()
  await one.hosts.storeBackgroundAnswers(agent, [
    answer(`${VITALS}os_version`, [{ name: 'Debian GNU/Linux', version: '13', platform: 'debian' }]),
    answer(`${VITALS}system_info`, [{ hostname: 'new\0name', hardware_serial: 'S1' }]),
    answer(`${VITALS}mounts`, [{ path: '/', device: '/dev/sda1' }]),
    answer(`${VITALS}uptime`, [], true),
    answer(`${VITALS}constructor`, [{ a: '1' }]),
  ])
  expect(await hostOf(agent.hostId)).toMatchObject({ os_version: '13', hostname: 'newname', hardware_serial: 'S1' })
  const stored = await place.db('host_details').where({ host_id: agent.hostId }).first()
  expect(Object.keys(stored.vitals).sort()).toEqual(['mounts', 'os_version', 'system_info'])
  expect(stored.details.os_version.version).toBe('13')
  expect(await place.entriesOf(`host:${agent.hostId}`)).toContainEqual(
    expect.objectContaining({ kind: 'host_refreshed' }),
  )
  await eventually(async () => (await two.hosts.agentOf(agent.key))?.hostname === 'newname', 'the name is known')
  const fresh = await one.hosts.agentOf(agent.key)
  expect(fresh && one.hosts.backgroundQueries(fresh)).toBeUndefined()
})

test('an agent without any pack has lost its schedule, until it has one again', async () => {
  const agent = await join(one, enrollment(place.secret, 'emptied'))
  const PACKS = `${VITALS}osquery_packs`
  expect(one.hosts.backgroundQueries(agent)?.[PACKS]).toBe('select name from osquery_packs limit 1')
  const lostAt = async (...given: Parameters<typeof answer>) => {
    await one.hosts.storeBackgroundAnswers(agent, [answer(...given)])
    return (await hostOf(agent.hostId)).schedule_lost_at as Date | null
  }
  expect(await lostAt(PACKS, [{ name: 'main' }])).toBeNull()
  const since = await lostAt(PACKS, [])
  expect(since).toEqual(expect.any(Date))
  expect(await lostAt(PACKS, [])).toEqual(since)
  expect(await lostAt(PACKS, [], true)).toEqual(since)
  expect(await lostAt(`${VITALS}uptime`, [{ days: '1' }])).toEqual(since)
  expect(await lostAt(PACKS, [{ name: 'main' }, { name: 'base' }])).toBeNull()
})

test('each platform gets queries for tables that it has', async () => {
  const request = enrollment(place.secret, 'win')
  const details = { os_version: { platform: 'windows' }, osquery_info: { instance_id: 'w' } }
  const agent = await join(one, { ...request, details })
  const queries = Object.keys(one.hosts.backgroundQueries(agent) ?? {})
  expect(queries).toContain(`${VITALS}logical_drives`)
  expect(queries).not.toContain(`${VITALS}mounts`)
})

test('a query whose answer another process received is not sent again', async () => {
  const agent = await join(one, enrollment(place.secret, 'roaming'))
  await two.hosts.agentOf(agent.key)
  expect(one.hosts.backgroundQueries(agent)).toBeDefined()
  await one.hosts.storeBackgroundAnswers(agent, [answer(`${VITALS}uptime`, [{ days: '1' }])])
  await eventually(() => two.hosts.backgroundQueries(agent) === undefined, 'the other process knows')
})

test('an unanswered query is sent again after five minutes', async () => {
  const agent = await join(one, enrollment(place.secret, 'mute'))
  expect(one.hosts.backgroundQueries(agent)).toBeDefined()
  const now = jest.spyOn(Date, 'now')
  now.mockReturnValue(Date.now() + 299_000)
  expect(one.hosts.backgroundQueries(agent)).toBeUndefined()
  now.mockReturnValue(Date.now() + 2_000)
  expect(one.hosts.backgroundQueries(agent)).toBeDefined()
  now.mockRestore()
})

test('vitals are queried again after an hour', async () => {
  const agent = await join(one, enrollment(place.secret, 'hourly'))
  one.hosts.backgroundQueries(agent)
  await one.hosts.storeBackgroundAnswers(agent, [answer(`${VITALS}uptime`, [{ days: '1' }])])
  expect(one.hosts.backgroundQueries(agent)).toBeUndefined()
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_601_000)
  expect(one.hosts.backgroundQueries(agent)).toBeDefined()
  now.mockRestore()
})

test('a host has a dynamic label if the query returns a row; a failed query changes nothing', async () => {
  const label = await addLabel('SELECT 1 FROM users')
  const agent = await join(one, enrollment(place.secret, 'member'))
  const id = `tailrace:label:${label}:1`
  expect(Object.keys(one.hosts.backgroundQueries(agent) ?? {})).toContain(id)
  await one.hosts.storeBackgroundAnswers(agent, [answer(id, [{ '1': '1' }])])
  expect(await membersOf(label)).toEqual([agent.hostId])
  await one.hosts.storeBackgroundAnswers(agent, [answer(id, [], true)])
  expect(await membersOf(label)).toEqual([agent.hostId])
  await one.hosts.storeBackgroundAnswers(agent, [answer(id, [])])
  expect(await membersOf(label)).toEqual([])
  const changes = (await place.entriesOf(`host:${agent.hostId}`)).filter(({ kind }) => kind === 'host_labels')
  expect(changes.map(({ data }) => data.changes[0].member)).toEqual([true, false])
  expect((await hostOf(agent.hostId)).labels_checked_at).not.toBeNull()
})

test('no host gets a label of another tenant, a manual one, or one whose query has changed', async () => {
  const elsewhere = await addLabel('SELECT 1', { tenant_id: await place.addTenant() })
  const manual = await addLabel(null)
  const revised = await addLabel('SELECT 2', { revision: 2 })
  const agent = await join(one, enrollment(place.secret, 'climber'))
  await one.hosts.storeBackgroundAnswers(
    agent,
    [elsewhere, manual, revised, newId(), 'x'].map(id => answer(`tailrace:label:${id}:1`, [{ a: '1' }])),
  )
  expect(await place.db('label_hosts')).toEqual([])
})

test('the query of a label runs on its platforms only', async () => {
  await addLabel('SELECT 1', { platforms: ['windows', 'darwin'] })
  const linux = await addLabel('SELECT 1', { platforms: ['linux'] })
  const agent = await join(one, enrollment(place.secret, 'tux'))
  const queries = Object.keys(one.hosts.backgroundQueries(agent) ?? {}).filter(id => id.startsWith('tailrace:label:'))
  expect(queries).toEqual([`tailrace:label:${linux}:1`])
})

test('labels that do not fit into a read are in the next ones, each once', async () => {
  const labels = await Promise.all(Array.from({ length: 25 }, () => addLabel('SELECT 1')))
  const agent = await join(one, enrollment(place.secret, 'crowded'))
  const reads: string[][] = []
  for (;;) {
    const queries = Object.keys(one.hosts.backgroundQueries(agent) ?? {})
    if (!queries.length) break
    reads.push(queries)
    await one.hosts.storeBackgroundAnswers(
      agent,
      queries.map(id => answer(id, [{ a: '1' }])),
    )
  }
  expect(Math.max(...reads.map(({ length }) => length))).toBeLessThanOrEqual(10)
  const ids = reads.flat().filter(id => id.startsWith('tailrace:label:'))
  expect(ids.sort()).toEqual(labels.map(id => `tailrace:label:${id}:1`).sort())
  expect(await place.db('label_hosts').where({ host_id: agent.hostId })).toHaveLength(25)
})

test('after a restart only new queries are sent', async () => {
  const label = await addLabel('SELECT 1')
  const agent = await join(one, enrollment(place.secret, 'settled'))
  const queries = Object.keys(one.hosts.backgroundQueries(agent) ?? {})
  await one.hosts.storeBackgroundAnswers(
    agent,
    queries.map(id => answer(id, [{ a: '1' }])),
  )
  const restarted = await place.start()
  await restarted.hosts.agentOf(agent.key)
  expect(restarted.hosts.backgroundQueries(agent)).toBeUndefined()
  await place.db('labels').where({ id: label }).update({ revision: 2, revised_at: new Date(), sql: 'SELECT 2' })
  const later = await place.start()
  await later.hosts.agentOf(agent.key)
  expect(later.hosts.backgroundQueries(agent)).toEqual({ [`tailrace:label:${label}:2`]: 'SELECT 2' })
})
