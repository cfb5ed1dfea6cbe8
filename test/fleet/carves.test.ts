import { randomBytes, randomUUID } from 'node:crypto'
import type { Agent, Answer, CarveStart, Row } from '../../src/fleet/agent'
import { addHost } from './node'
import { type FleetSite, startFleetSite } from './site'

interface CarveBody {
  query_id: string
}

const answerOf = (queryId: string, rows: Row[]): Answer => ({
  ...{ queryId, rows, failed: false, message: '', stats: null, truncated: false },
})

let site: FleetSite
let agent: Agent
let queryId: string
beforeAll(async () => {
  site = await startFleetSite()
})
beforeEach(async () => {
  agent = await addHost(site)
  queryId = randomUUID()
  site.carveQueries.recent.set(agent.hostId, [queryId])
})
afterAll(() => site.stop())

const start = (more: Partial<CarveStart> = {}): CarveStart => ({
  blockCount: 3,
  blockSize: 8_192,
  carveSize: 20_000,
  carveId: randomUUID(),
  requestId: randomUUID(),
  ...more,
})

async function begin(more: Partial<CarveStart> = {}, as = agent): Promise<string> {
  const session = await site.carves.init(as, start(more))
  if (!session) throw new Error('The carve was refused')
  return session
}

const CONTENT = randomBytes(20_000)
const blockOf = (content: Buffer, blockId: number) => content.subarray(blockId * 8_192, (blockId + 1) * 8_192)
const send = (sessionId: string, blockId: number, content = CONTENT) =>
  site.carves.block({ sessionId, blockId, data: blockOf(content, blockId) })
const latest = async () => (await site.ask('GET', `/api/hosts/${agent.hostId}/carves`)).body.items[0]
const download = async (id: string) => {
  const response = await fetch(`${site.url}/api/carves/${id}/content`, {
    headers: { authorization: `Bearer ${site.adminToken}` },
  })
  return { response, bytes: Buffer.from(await response.arrayBuffer()) }
}

test('a file is assembled from blocks that arrive out of order and repeated', async () => {
  const carveId = randomUUID()
  const session = await begin({ carveId })
  expect(await send(session, 2)).toBe(true)
  expect(await send(session, 2)).toBe(true)
  expect(await send(session, 0)).toBe(true)
  const open = await latest()
  expect(open).toEqual({
    id: expect.any(String),
    host_id: agent.hostId,
    query_id: queryId,
    carve_guid: carveId,
    size: 20_000,
    block_count: 3,
    received: 2,
    created_at: expect.any(String),
    completed_at: null,
  })
  expect((await site.ask('GET', `/api/carves/${open.id}/content`)).status).toBe(409)
  expect(await send(session, 1)).toBe(true)
  expect(await latest()).toMatchObject({ received: 3, completed_at: expect.any(String) })
  const { response, bytes } = await download(open.id)
  expect(bytes.equals(CONTENT)).toBe(true)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/x-tar',
    'content-length': '20000',
    'content-disposition': `attachment; filename="carve-${carveId}.tar"`,
  })
  const audit = await site.ask('GET', '/api/audit?action=carve.download')
  expect(audit.body.items[0]).toMatchObject({ target: { type: 'carve', id: open.id } })
})

test('a repeated block does not replace the stored one', async () => {
  const session = await begin()
  for (const no of [0, 1, 2]) await send(session, no)
  expect(await send(session, 1, randomBytes(20_000))).toBe(true)
  const { bytes } = await download((await latest()).id)
  expect(bytes.equals(CONTENT)).toBe(true)
})

test('blocks that arrive at once are each counted once', async () => {
  const session = await begin()
  await Promise.all([0, 1, 2, 0, 1, 2, 0, 1, 2].map(no => send(session, no)))
  expect(await latest()).toMatchObject({ received: 3, completed_at: expect.any(String) })
})

test('an archive that begins with a Zstandard frame is downloaded as .tar.zst', async () => {
  const content = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), CONTENT.subarray(4)])
  const session = await begin()
  for (const no of [0, 1, 2]) await send(session, no, content)
  const { response } = await download((await latest()).id)
  expect(response.headers.get('content-type')).toBe('application/zstd')
  expect(response.headers.get('content-disposition')).toMatch(/\.tar\.zst"$/)
})

test('an empty Zstandard frame, which agents send when nothing was compressed, is recognized', async () => {
  const content = Buffer.from('28b52ffd2000010000', 'hex')
  await send(await begin({ blockCount: 1, carveSize: content.length }), 0, content)
  const { response, bytes } = await download((await latest()).id)
  expect(response.headers.get('content-type')).toBe('application/zstd')
  expect(bytes.equals(content)).toBe(true)
})

test('an empty carve is complete at once', async () => {
  await begin({ blockCount: 0, carveSize: 0 })
  const carve = await latest()
  expect(carve.completed_at).toEqual(expect.any(String))
  expect((await download(carve.id)).bytes).toHaveLength(0)
})

test('blocks of another size, beyond the end, or without a session are refused', async () => {
  const session = await begin()
  const block = (blockId: number, size: number, sessionId = session) =>
    site.carves.block({ sessionId, blockId, data: Buffer.alloc(size) })
  expect(await block(0, 8_191)).toBe(false)
  expect(await block(2, 8_192)).toBe(false)
  expect(await block(3, 8_192)).toBe(false)
  expect(await block(-1, 8_192)).toBe(false)
  expect(await block(0, 8_192, 'trc_nobody')).toBe(false)
  expect(await latest()).toMatchObject({ received: 0 })
})

const named = (carveId: string, id = queryId) => site.carveQueries.byGuid.set(`${agent.hostId}/${carveId}`, id)
const ofQueries = async () =>
  (await site.ask('GET', `/api/hosts/${agent.hostId}/carves`)).body.items.map((carve: CarveBody) => carve.query_id)

test('a carve is accepted if the answer that names it is stored while it starts', async () => {
  const carveId = randomUUID()
  const { recent, byGuid } = site.carveQueries
  const storeAnswer = () => {
    recent.delete(agent.hostId)
    named(carveId)
  }
  const spies = [recent, byGuid].map((found: Map<string, unknown>) =>
    jest.spyOn(found, 'get').mockImplementationOnce(key => {
      const value = Map.prototype.get.call(found, key)
      storeAnswer() // between the first look-up and the second
      return value
    }),
  )
  await begin({ carveId })
  for (const spy of spies) spy.mockRestore()
  expect(await latest()).toMatchObject({ carve_guid: carveId, query_id: queryId })
})

test('a carve that no query has requested is refused, and nothing is stored', async () => {
  const other = await addHost(site)
  expect(await site.carves.init(other, start({ requestId: queryId }))).toBeUndefined()
  named('guid-1')
  expect(await site.carves.init(other, start({ carveId: 'guid-1' }))).toBeUndefined()
  expect((await site.ask('GET', `/api/hosts/${other.hostId}/carves`)).body.items).toEqual([])
})

test('a query whose answer names no carve gets one, whatever the id of the request', async () => {
  await begin({ requestId: 'tailrace:vitals:uptime' })
  expect(await site.carves.init(agent, start())).toBeUndefined()
  expect(await ofQueries()).toEqual([queryId])
})

test('of two such queries the older one comes first, unless the request names the other', async () => {
  const [second, third] = [randomUUID(), randomUUID()]
  site.carveQueries.recent.set(agent.hostId, [queryId, second, third])
  await begin({ requestId: third })
  await begin()
  await begin({ requestId: third })
  expect(await ofQueries()).toEqual([second, queryId, third])
})

test('two carves that begin at once get a query each', async () => {
  const second = randomUUID()
  site.carveQueries.recent.set(agent.hostId, [queryId, second])
  await Promise.all([begin(), begin()])
  expect((await ofQueries()).sort()).toEqual([queryId, second].sort())
})

test('an answer that names the carve corrects a guess', async () => {
  const [carveId, second] = [randomUUID(), randomUUID()]
  site.carveQueries.recent.set(agent.hostId, [queryId, second])
  const session = await begin({ carveId })
  await send(session, 0)
  named(carveId, second)
  await site.carves.match(agent, [answerOf(second, [{ carve_guid: carveId }, { carve_guid: 'unknown' }])])
  expect(await latest()).toMatchObject({ query_id: second, received: 1 })
  expect(await send(session, 1)).toBe(true)
})

test.each([
  [{ blockSize: 12 * 1024 * 1024, carveSize: 12 * 1024 * 1024, blockCount: 1 }, 'block_too_large'],
  [{ blockSize: 1_048_576, carveSize: 257 * 1_048_576, blockCount: 257 }, 'carve_too_large'],
  [{ blockCount: 2 }, 'invalid_carve'],
  [{ blockCount: 4 }, 'invalid_carve'],
  [{ blockSize: 0 }, 'invalid_carve'],
  [{ carveSize: 2.5, blockCount: 1 }, 'invalid_carve'],
  [{ carveId: '../etc' }, 'invalid_carve'],
])('%j is refused', async (more, code) => {
  await expect(site.carves.init(agent, start(more))).rejects.toMatchObject({ code })
})

test('the number of carves of a query is limited', async () => {
  const guids = Array.from({ length: 21 }, () => randomUUID())
  for (const guid of guids) named(guid)
  for (const carveId of guids.slice(1)) await begin({ carveId })
  await begin({ carveId: guids[1] as string })
  await expect(begin({ carveId: guids[0] as string })).rejects.toMatchObject({ code: 'too_many_carves' })
})

test('an agent that did not receive the response starts again, and continues', async () => {
  const carveId = randomUUID()
  const first = await begin({ carveId })
  await send(first, 0)
  site.carveQueries.recent.delete(agent.hostId)
  const second = await begin({ carveId })
  expect(second).not.toBe(first)
  expect(await send(first, 1)).toBe(false)
  for (const no of [1, 2]) await send(second, no)
  const { body } = await site.ask('GET', `/api/hosts/${agent.hostId}/carves`)
  expect(body.items).toHaveLength(1)
  expect(body.items[0]).toMatchObject({ received: 3, completed_at: expect.any(String) })
  await begin({ carveId, carveSize: 20_001 })
  expect(await latest()).toMatchObject({ received: 0, size: 20_001, completed_at: null })
})

test('only hashes of sessions are stored', async () => {
  const session = await begin()
  const { rows } = await site.db.raw('SELECT * FROM carves WHERE host_id = ?', [agent.hostId])
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain(session)
})

test('carves are listed and removed; those of another tenant do not exist', async () => {
  const session = await begin()
  site.carveQueries.recent.set(agent.hostId, [queryId, randomUUID()])
  await begin()
  for (const no of [0, 1, 2]) await send(session, no)
  const page = (await site.ask('GET', `/api/hosts/${agent.hostId}/carves?limit=1`)).body
  const rest = (await site.ask('GET', `/api/hosts/${agent.hostId}/carves?limit=1&cursor=${page.next_cursor}`)).body
  expect(rest).toMatchObject({ items: [{ received: 3 }], next_cursor: null })
  const { id } = rest.items[0]
  expect((await site.ask('GET', '/api/carves')).body.items.map((carve: { id: string }) => carve.id)).toContain(id)
  const outsider = await site.tokenFor('admin', await site.anotherTenant())
  for (const path of ['', '/content']) {
    expect((await site.ask('GET', `/api/carves/${id}${path}`, { as: outsider })).status).toBe(404)
  }
  expect((await site.ask('GET', '/api/carves', { as: outsider })).body.items).toEqual([])
  const viewer = await site.tokenFor('viewer')
  expect((await site.ask('GET', `/api/carves/${id}`, { as: viewer })).status).toBe(200)
  expect((await site.ask('GET', `/api/carves/${id}/content`, { as: viewer })).status).toBe(403)
  expect((await site.ask('DELETE', `/api/carves/${id}`)).status).toBe(204)
  expect((await site.ask('GET', `/api/carves/${id}`)).status).toBe(404)
  const { rows } = await site.db.raw('SELECT count(*) FROM carve_blocks WHERE carve_id = ?', [id])
  expect(rows[0].count).toBe(0)
})

test('carves expire', async () => {
  await begin()
  const [target] = site.carves.retention
  const before = new Date(Date.now() + 60_000)
  expect(target).toMatchObject({ name: 'carves', keep: { term: 'logs' } })
  const count = await target?.count(before)
  expect(count).toBeGreaterThan(0)
  expect(await target?.sweep(before, 1_000, null)).toEqual({ deleted: count, next: null })
})

test('a session is valid from its start, and no other is', async () => {
  expect(await site.carves.has(await begin())).toBe(true)
  expect(await site.carves.has('trc_unknown')).toBe(false)
})
