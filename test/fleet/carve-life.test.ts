import { randomBytes, randomUUID } from 'node:crypto'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { createQuery, enrolled, hostIdOf, type OsqueryAgent } from './osquery-agent'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let other: TestApp
let agent: OsqueryAgent
let host: string
let secondAgent: OsqueryAgent
let secondHost: string
let hosts = 0
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
  other = await parts.start({ TAILRACE_ROLE: 'web' })
})
beforeEach(async () => {
  ;[agent, secondAgent] = (await enrolled(app, 2, `c${hosts++}-`)) as [OsqueryAgent, OsqueryAgent]
  ;[host, secondHost] = await Promise.all([hostIdOf(app, agent), hostIdOf(app, secondAgent)])
})
afterAll(() => parts.stop())

interface Carve {
  id: string
  carve_guid: string
  query_id: string
  received: number
  completed_at: string | null
}

const SQL = "select * from carves where path = '/etc/passwd' and carve = 1"
const CONTENT = randomBytes(20_000)

const carvesOf = async (hostId: string) =>
  ((await (await app.get(`/api/hosts/${hostId}/carves`)).json()) as { items: Carve[] }).items

const begin = (by: OsqueryAgent, carve_id: string, request_id: string = randomUUID()) =>
  by.post<{ session_id?: string; error?: string }>('carve_init', {
    ...{ block_count: 3, block_size: 8_192, carve_size: CONTENT.length, carve_id, request_id, node_key: by.nodeKey },
  })

const send = (by: OsqueryAgent, session_id: string | undefined, block_id: number) => {
  const data = CONTENT.subarray(block_id * 8_192, (block_id + 1) * 8_192).toString('base64')
  return by.say('carve_block', { block_id, session_id, request_id: randomUUID(), data })
}

/** The row that agents since 4.7 return for a carve query. */
const scheduled = (carve_guid: string) => [{ path: '/etc/passwd', status: 'SCHEDULED', carve: '1', carve_guid }]

/** Creates a carve query, and has the hosts read it. */
async function createCarveQuery(sql = SQL, agents = [agent], ids = [host]) {
  const query = await createQuery(app, { sql, targets: { host_ids: ids } })
  for (const each of agents) expect(await each.next()).toMatchObject({ [query.id]: sql })
  return query.id
}

test('a file arrives in blocks after the answer that names its carve, and is downloaded as a whole', async () => {
  const query = await createCarveQuery()
  const guid = randomUUID()
  await agent.write({ [query]: { rows: scheduled(guid) } })
  const { session_id } = await begin(agent, guid)
  for (const block of [2, 0, 0, 1]) expect(await send(agent, session_id, block)).toBe('{}')
  const [carve] = await carvesOf(host)
  expect(carve).toMatchObject({ query_id: query, received: 3, completed_at: expect.any(String) })
  const file = await other.get(`/api/carves/${carve?.id}/content`)
  expect(Buffer.from(await file.arrayBuffer()).equals(CONTENT)).toBe(true)
})

test('carves of several queries are assigned by the answers, in whatever order they begin', async () => {
  const [first, second] = [await createCarveQuery(), await createCarveQuery(SQL.replace('passwd', 'hosts'))]
  const [a, b] = [randomUUID(), randomUUID()]
  await agent.write({ [first]: { rows: scheduled(a) }, [second]: { rows: scheduled(b) } })
  await begin(agent, b)
  await begin(agent, a)
  expect((await carvesOf(host)).map(({ query_id }) => query_id)).toEqual([first, second])
  expect(await begin(agent, randomUUID())).toEqual({ error: expect.any(String) })
})

test('a carve that begins before the answer is accepted, and reassigned by the answer', async () => {
  const [first, second] = [await createCarveQuery(), await createCarveQuery(SQL.replace('passwd', 'hosts'))]
  const guid = randomUUID()
  const { session_id } = await begin(agent, guid)
  expect(await send(agent, session_id, 0)).toBe('{}')
  expect(await carvesOf(host)).toMatchObject([{ query_id: first }])
  const answer = { [second]: { rows: scheduled(guid) } }
  await agent.write(answer)
  await agent.write(answer)
  expect(await carvesOf(host)).toMatchObject([{ query_id: second, carve_guid: guid, received: 1 }])
  const { session_id: again } = await begin(agent, guid)
  expect(await send(agent, again, 1)).toBe('{}')
  expect(await carvesOf(host)).toMatchObject([{ query_id: second, received: 2 }])
})

test('two hosts that carve for one query at once are kept apart', async () => {
  const query = await createCarveQuery(SQL, [agent, secondAgent], [host, secondHost])
  const guid = randomUUID()
  await agent.write({ [query]: { rows: scheduled(guid) } })
  const [mine, its] = await Promise.all([begin(agent, guid), begin(secondAgent, guid)])
  expect(mine.session_id).not.toBe(its.session_id)
  await Promise.all([send(agent, mine.session_id, 0), send(secondAgent, its.session_id, 0)])
  for (const id of [host, secondHost]) expect(await carvesOf(id)).toMatchObject([{ query_id: query, received: 1 }])
})

test('a carve that no query has requested is refused, and nothing is stored', async () => {
  const query = await createCarveQuery()
  const guid = randomUUID()
  await agent.write({ [query]: { rows: scheduled(guid) } })
  expect(await begin(secondAgent, guid, query)).toEqual({ error: expect.any(String) })
  await secondAgent.write({ [query]: { rows: scheduled(guid) } })
  expect(await begin(secondAgent, guid, query)).toEqual({ error: expect.any(String) })
  expect(await carvesOf(secondHost)).toEqual([])
})

test.each(['select 1', 'select * from carves', "select 'carved'"])('%s does not request files', async sql => {
  const query = await createCarveQuery(sql)
  await agent.write({ [query]: { rows: scheduled('guid-1') } })
  expect(await begin(agent, 'guid-1', query)).toEqual({ error: expect.any(String) })
  expect(await carvesOf(host)).toEqual([])
})

test('a query that the host has not read, or that failed, gets no carve', async () => {
  const { id } = await createQuery(app, { sql: SQL, targets: { host_ids: [host] } })
  expect(await begin(agent, 'guid-1', id)).toEqual({ error: expect.any(String) })
  await agent.next()
  await agent.write({ [id]: { status: 1, message: 'distributed query is denylisted' } })
  expect(await begin(agent, 'guid-1', id)).toEqual({ error: expect.any(String) })
})

test('a query that a current agent answers without a row gets no carve', async () => {
  const query = await createCarveQuery()
  await agent.write({ [query]: { rows: [] } })
  expect(await begin(agent, randomUUID(), query)).toEqual({ error: expect.any(String) })
})

test.each(['sent', 'answered'])('an old agent starts a carve after our query, which is %s', async state => {
  await app.app.db('hosts').where({ id: host }).update({ osquery_version: '4.6.0' })
  const query = await createCarveQuery()
  // Until 4.6, the row of a new carve is not among those with carve = 1.
  if (state === 'answered') await agent.write({ [query]: { rows: [] } })
  const guid = randomUUID()
  const { session_id } = await begin(agent, guid, 'tailrace:vitals:uptime')
  for (const block of [0, 1, 2]) expect(await send(agent, session_id, block)).toBe('{}')
  expect(await carvesOf(host)).toMatchObject([{ query_id: query, received: 3 }])
  expect(await begin(agent, randomUUID(), 'tailrace:vitals:uptime')).toEqual({ error: expect.any(String) })
})

test('the function carve() does not name the carve either', async () => {
  const query = await createCarveQuery("select carve(path) from file where directory = '/etc'")
  await agent.write({ [query]: { rows: [{ 'carve(path)': 'Carve Started' }] } })
  expect(await begin(agent, randomUUID())).toEqual({ session_id: expect.any(String) })
  expect(await carvesOf(host)).toMatchObject([{ query_id: query }])
})

test('an agent that retries gets a new session for the same carve', async () => {
  const query = await createCarveQuery()
  const guid = randomUUID()
  const first = await begin(agent, guid)
  const second = await begin(agent, guid)
  expect(second.session_id).not.toBe(first.session_id)
  expect(await send(agent, first.session_id, 0)).toMatch(/^error: /)
  for (const block of [0, 0, 1]) expect(await send(agent, second.session_id, block)).toBe('{}')
  expect(await carvesOf(host)).toMatchObject([{ query_id: query, received: 2, completed_at: null }])
})
