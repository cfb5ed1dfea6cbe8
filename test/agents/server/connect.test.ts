import { appsOnFreshParts, type TestApp } from '../../support/app'
import { SseReader } from '../../support/sse'
import {
  containerOf,
  enroll,
  factsOf,
  hostRecord,
  inventoryRecord,
  logRecord,
  newToken,
  requestEnrollment,
  TestAgent,
} from './test-agent'
import { agentsOn } from './world'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let on: ReturnType<typeof agentsOn>
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
  on = agentsOn(app)
})
afterAll(() => parts.stop())

test('from a token to containers, lines and samples', async () => {
  const identity = await enroll(app, 'first')
  const events = await SseReader.open(`${app.url}/api/v2/events/stream`, app.headers)
  await events.until(() => events.events.length > 0, 'the stream to open')
  const agent = await TestAgent.connect(app, identity)
  expect(agent.of('welcome')[0]).toMatchObject({ protocol: 1, capabilities: ['metrics', 'logs', 'actions'], epoch: 1 })
  const web = containerOf('web')
  await agent.store(inventoryRecord([web]), logRecord(web, ['hello', 'ERROR: no']), hostRecord(agent.now()))
  const found = await on.container('web')
  expect(found).toMatchObject({ agent_id: identity.agentId, agent_name: 'first', state: 'running', image: 'nginx:1' })
  const lines = await on.lines(found.id)
  expect(lines.map(({ message, level, source }) => ({ message, level, source }))).toEqual([
    { message: 'hello', level: 'info', source: 'stdout' },
    { message: 'ERROR: no', level: 'error', source: 'stdout' },
  ])
  const stream = await SseReader.open(`${app.url}/api/containers/${found.id}/logs/stream`, app.headers)
  await stream.until(() => stream.lines.length === 2, 'the history')
  await agent.store(logRecord(web, ['live']))
  await stream.until(() => stream.lines.length === 3, 'a live line')
  expect(stream.named('status')[0]?.data).toMatchObject({ container: { name: 'web', state: 'running' } })
  await agent.store(inventoryRecord([{ ...web, state: 'exited', exit_code: 1, finished_at: Date.now() }]))
  await events.until(() => events.named('container_stopped').length > 0, 'the end of the container')
  expect(events.named('agent_connected')).toHaveLength(1)
  const { body } = { body: await on.read<{ times: string[] }>(`/api/agents/${identity.agentId}/metrics?series=cpu`) }
  expect(body.times.length).toBeGreaterThan(0)
  expect(await on.agent(identity.agentId)).toMatchObject({ status: 'online', containers: { total: 1, running: 0 } })
  await agent.cut()
  await on.agentBecomes(identity.agentId, 'offline')
  await events.until(() => events.named('agent_disconnected').length > 0, 'the disconnect')
  await stream.close()
  await events.close()
})

test('a token works once, unless it is reusable, and not after its end', async () => {
  const once = await newToken(app)
  const facts = factsOf('once')
  const both = await Promise.all([requestEnrollment(app, once, facts), requestEnrollment(app, once, facts)])
  expect(both.map(({ response }) => response.status).sort()).toEqual([201, 401])
  const often = await newToken(app, { reusable: true })
  for (const host of ['a', 'b']) expect((await requestEnrollment(app, often, factsOf(host))).response.status).toBe(201)
  await app.app.db('agent_tokens').update({ expires_at: new Date(0) })
  expect((await requestEnrollment(app, often, factsOf('c'))).response.status).toBe(401)
  expect((await requestEnrollment(app, 'nothing', factsOf('d'))).response.status).toBe(401)
  const past = await app.post('/api/agent-tokens', { expires_at: new Date(0).toISOString() })
  expect(past.status).toBe(400)
})

test('whoever does not have the key of the agent is refused', async () => {
  const identity = await enroll(app, 'liar')
  const liar = await TestAgent.connect(app, identity, { lies: true })
  expect(liar.refusal).toMatchObject({ code: 'bad_proof' })
  expect((await on.agent(identity.agentId)).status).toBe('offline')
  const stranger = await TestAgent.connect(app, { ...identity, agentId: '00000000-0000-7000-8000-000000000000' })
  expect(stranger.refusal).toMatchObject({ code: 'unknown_agent' })
  const future = await TestAgent.connect(app, identity, { protocol: [2, 3] })
  expect(future.refusal).toMatchObject({ code: 'unsupported' })
})

test('an agent that is removed is cut off at once, and does not come back', async () => {
  const identity = await enroll(app, 'removed')
  const agent = await TestAgent.connect(app, identity)
  await agent.store(inventoryRecord([containerOf('gone-with-it')]))
  const { id } = await on.container('gone-with-it')
  const stream = await SseReader.open(`${app.url}/api/containers/${id}/logs/stream`, app.headers)
  await stream.next('status')
  const response = await fetch(`${app.url}/api/agents/${identity.agentId}`, { method: 'DELETE', headers: app.headers })
  expect(response.status).toBe(204)
  await agent.until(() => agent.closed !== undefined, 'the end')
  expect(agent.refusal).toMatchObject({ code: 'revoked' })
  await stream.until(() => stream.named('end').length > 0, 'the end of the topic')
  expect((await TestAgent.connect(app, identity)).refusal).toMatchObject({ code: 'unknown_agent' })
  await stream.close()
})

test('a message that is not of the protocol closes the connection; a record that is not does not', async () => {
  const identity = await enroll(app, 'odd')
  const agent = await TestAgent.connect(app, identity)
  const odd = containerOf('odd')
  const records = [inventoryRecord([odd]), { t: 'log', container: 5 } as never, logRecord(odd, ['after', 'a\0b'])]
  await agent.store(...records)
  const { id } = await on.container('odd')
  expect((await on.lines(id)).map(({ message }) => message)).toEqual(['after', 'a\ufffdb'])
  agent.send({ t: 'nonsense' } as never)
  await agent.until(() => agent.closed !== undefined, 'the end')
  expect(agent.refusal).toMatchObject({ code: 'bad_message', message: expect.stringContaining('t: ') })
})

test('compressed messages are read', async () => {
  const agent = await TestAgent.connect(app, await enroll(app, 'small'))
  const small = containerOf('small')
  agent.send({ t: 'batch', segment: agent.segment, first: 1, records: [inventoryRecord([small])] }, true)
  await agent.acked(agent.segment, 1)
  expect(await on.container('small')).toMatchObject({ name: 'small' })
  await agent.cut()
})

test('a token in the address is refused', async () => {
  const response = await fetch(`${app.url}/ws/agent?token=x`, { headers: app.headers })
  expect(response.status).toBe(400)
})
