import { newId } from '../../../src/base/ids'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { eventually } from '../../support/programs'
import { containerOf, enroll, hostRecord, type Identity, inventoryRecord, logRecord, TestAgent } from './test-agent'
import { agentsOn } from './world'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let here: TestApp
/** Another process on the same database and Redis. */
let there: TestApp
let on: ReturnType<typeof agentsOn>
beforeAll(async () => {
  parts = await appsOnFreshParts()
  here = await parts.start({ TAILRACE_ROLE: 'web', AGENT_HEARTBEAT_MS: '2000' })
  there = await parts.start({ AGENT_HEARTBEAT_MS: '2000' })
  on = agentsOn(here)
})
afterAll(() => parts.stop())

let identity: Identity
let agent: TestAgent
const web = containerOf('web')
beforeEach(async () => {
  identity = await enroll(here, 'host')
  agent = await TestAgent.connect(here, identity)
  await agent.store(inventoryRecord([web]))
})
afterEach(() => agent.cut())

const messages = async () => {
  const { id } = await on.container('web', `agent=${identity.agentId}`)
  return (await on.lines(id)).map(({ message }) => message)
}
const numbered = (from: number, count: number) => Array.from({ length: count }, (_, i) => `line ${from + i}`)

test('what is sent again is acknowledged and not stored again, by whatever process', async () => {
  const segment = agent.segment
  const records = numbered(0, 10).map(text => logRecord(web, [text]))
  await agent.store(...records)
  await agent.cut()
  const again = await TestAgent.connect(there, identity)
  // the first record was the inventory
  again.send({ t: 'batch', segment, first: 2, records })
  await again.acked(segment, 11)
  const more = numbered(8, 5).map(text => logRecord(web, [text]))
  again.send({ t: 'batch', segment, first: 10, records: more })
  await again.acked(segment, 14)
  expect(await messages()).toEqual(numbered(0, 13))
  await again.cut()
})

test('records that were dropped by the agent leave a hole that does not stop the rest', async () => {
  const segment = newId()
  agent.send({ t: 'batch', segment, first: 5, records: [logRecord(web, ['five'])] })
  await agent.acked(segment, 5)
  agent.send({ t: 'batch', segment, first: 3, records: [logRecord(web, ['three'])] })
  agent.send({ t: 'batch', segment, first: 6, records: [logRecord(web, ['six'])] })
  await agent.acked(segment, 6)
  expect(await messages()).toEqual(['five', 'six'])
})

test('of many batches at once, each is stored once and in order', async () => {
  for (let i = 0; i < 200; i++) agent.write(logRecord(web, numbered(i * 20, 20)))
  await agent.acked(agent.segment, 201)
  expect(await messages()).toEqual(numbered(0, 4_000))
})

test('the newest connection wins, in whatever process; what the older one sends is dropped', async () => {
  const older = agent
  const newer = await TestAgent.connect(there, identity)
  expect(newer.epoch).toBe(older.epoch + 1)
  older.send({ t: 'batch', segment: newId(), first: 1, records: [logRecord(web, ['too late'])] })
  await older.until(() => older.closed !== undefined, 'the end of the older connection')
  expect(older.refusal).toMatchObject({ code: 'replaced' })
  expect(older.of('ack').filter(({ segment }) => segment !== older.segment)).toEqual([])
  await newer.store(logRecord(web, ['in time']))
  expect(await messages()).toEqual(['in time'])
  expect((await on.agent(identity.agentId)).status).toBe('online')
  await newer.cut()
  await on.agentBecomes(identity.agentId, 'offline')
})

test('an older connection that hears of nothing is found out when it is next stored', async () => {
  await here.app.db('agents').where({ id: identity.agentId }).increment('epoch', 1)
  await agent.until(() => agent.closed !== undefined, 'the end')
  expect(agent.refusal).toMatchObject({ code: 'replaced' })
})

test('an agent that is silent is cut off', async () => {
  const silent = await TestAgent.connect(there, identity, { silent: true })
  await silent.until(() => silent.closed !== undefined, 'the end')
  await on.agentBecomes(identity.agentId, 'offline')
})

test('an agent whose process was killed is offline after a while', async () => {
  const { db } = here.app
  const { agentId } = await enroll(here, 'orphan')
  await db('agents')
    .where({ id: agentId })
    .update({ status: 'online', epoch: 7, last_seen_at: new Date(0) })
  await on.agentBecomes(agentId, 'offline')
})

test('an inventory that comes late changes nothing that is known, and tells of what is gone', async () => {
  const now = Date.now()
  const old = containerOf('old-one')
  await agent.store(inventoryRecord([{ ...web, state: 'exited', exit_code: 2, finished_at: now }], now))
  await agent.store(inventoryRecord([web, old], now - 30_000), logRecord(old, ['from before'], now - 30_000))
  const mine = `agent=${identity.agentId}`
  expect(await on.container('web', mine)).toMatchObject({ state: 'exited', exit_code: 2 })
  const gone = await on.container('old-one', `${mine}&status=gone`)
  expect((await on.lines(gone.id)).map(({ message }) => message)).toEqual(['from before'])
})

test('a container that is created again stays the same, with its lines and generations', async () => {
  const mine = `agent=${identity.agentId}`
  const before = await on.container('web', mine)
  await agent.store(logRecord(web, ['first']))
  const again = containerOf('web', { image: 'nginx:2' })
  await agent.store(inventoryRecord([]), inventoryRecord([again]), logRecord(again, ['second']))
  const after = await on.container('web', mine)
  expect(after).toMatchObject({ id: before.id, engine_id: again.id, image: 'nginx:2', state: 'running' })
  expect(await messages()).toEqual(['first', 'second'])
  const { generations } = await on.read<{ generations: { engine_id: string; gone_at: string | null }[] }>(
    `/api/containers/${before.id}`,
  )
  expect(generations.map(({ engine_id, gone_at }) => [engine_id, gone_at === null]).sort()).toEqual(
    [
      [again.id, true],
      [web.id, false],
    ].sort(),
  )
})

test('a gap is said where lines are missing', async () => {
  const now = Date.now()
  const gap = {
    at: now,
    from: now - 5_000,
    to: now,
    what: 'logs' as const,
    dropped: 120,
    reason: 'rate_limit' as const,
  }
  await agent.store({ t: 'gap', ...gap, container: 'web' })
  const { id } = await on.container('web', `agent=${identity.agentId}`)
  expect(await on.lines(id)).toMatchObject([{ level: 'warn', source: 'tailrace', data: { gap: { dropped: 120 } } }])
})

test('times of an agent whose clock is wrong are those of the server', async () => {
  await agent.cut()
  const skewed = await TestAgent.connect(here, identity, { clockOffsetMs: 3 * 3_600_000 })
  await skewed.store(inventoryRecord([web], skewed.now()), logRecord(web, ['now'], skewed.now()))
  await skewed.store(hostRecord(skewed.now()))
  const { id } = await on.container('web', `agent=${identity.agentId}`)
  const [line] = await on.lines(id)
  expect(Math.abs(Date.now() - Date.parse(line?.timestamp ?? ''))).toBeLessThan(60_000)
  await eventually(async () => (await on.agent(identity.agentId)).clock_offset_ms !== null, 'the offset')
  const { clock_offset_ms } = await on.agent(identity.agentId)
  expect(Math.abs((clock_offset_ms ?? 0) - 3 * 3_600_000)).toBeLessThan(60_000)
  await skewed.cut()
})

test('lines that are older than an hour say when they were written', async () => {
  const at = Date.now() - 2 * 3_600_000
  await agent.store(logRecord(web, ['old'], at))
  const { id } = await on.container('web', `agent=${identity.agentId}`)
  expect(await on.lines(id)).toMatchObject([{ message: 'old', data: { at: new Date(at).toISOString() } }])
})

test('what somebody watches, in whatever process, is told to the agent', async () => {
  const { id } = await on.container('web', `agent=${identity.agentId}`)
  const abort = new AbortController()
  const path = `/api/stream?topic=agent:${identity.agentId}&topic=container:${id}`
  await fetch(there.url + path, { headers: there.headers, signal: abort.signal })
  await agent.until(() => agent.of('watch').some(({ host, containers }) => host && containers[0] === 'web'), 'watch')
  abort.abort()
  await agent.until(() => agent.of('watch').at(-1)?.host === false, 'the end of watching')
})
