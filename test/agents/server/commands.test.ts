import { appsOnFreshParts, type TestApp } from '../../support/app'
import { SseReader } from '../../support/sse'
import { containerOf, enroll, type Identity, inventoryRecord, TestAgent } from './test-agent'
import { act, agentsOn } from './world'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let here: TestApp
/** Another process, with workers. */
let there: TestApp
let on: ReturnType<typeof agentsOn>
beforeAll(async () => {
  parts = await appsOnFreshParts()
  here = await parts.start({ TAILRACE_ROLE: 'web' })
  there = await parts.start()
  on = agentsOn(here)
})
afterAll(() => parts.stop())

let identity: Identity
let agent: TestAgent
let id: string
const web = containerOf('web')
beforeEach(async () => {
  identity = await enroll(here, 'host')
  agent = await TestAgent.connect(here, identity)
  await agent.store(inventoryRecord([web, containerOf('db', { protected: true })]))
  id = (await on.container('web', `agent=${identity.agentId}`)).id
})
afterEach(() => agent.cut())

const reason = 'does not answer'
const result = (command_id: string, given: object = {}) => ({
  ...({
    t: 'result',
    at: Date.now(),
    command_id,
    status: 'succeeded',
    code: null,
    message: '',
    container: null,
  } as const),
  ...given,
})
const endOfJob = async (jobId: string) => {
  const reader = await SseReader.open(`${there.url}/api/jobs/${jobId}/logs/stream`, there.headers)
  await reader.until(() => reader.named('end').length > 0, 'the end of the job')
  return on.read<Record<string, unknown>>(`/api/jobs/${jobId}`)
}

test('a restart that is asked for in another process reaches the agent, and its result the job', async () => {
  const { status, body } = await act(there, id, 'restart', { reason })
  expect(status).toBe(202)
  expect(body).toMatchObject({ command: { status: 'queued', action: 'restart', reason }, job: { id: body.command.id } })
  const [command] = await agent.commands()
  expect(command).toMatchObject({
    id: body.command.id,
    container: 'web',
    container_id: web.id,
    confirmed: false,
    reason,
  })
  await on.commandBecomes(body.command.id, 'sent')
  agent.send({ t: 'accepted', command_id: body.command.id })
  await on.commandBecomes(body.command.id, 'accepted')
  agent.send({ t: 'running', command_id: body.command.id })
  await on.commandBecomes(body.command.id, 'running')
  await agent.store(result(body.command.id))
  expect(await on.command(body.command.id)).toMatchObject({ status: 'succeeded', code: null })
  expect(await endOfJob(body.job.id)).toMatchObject({
    ...{ status: 'completed', outcome: { level: 'ok', text: 'web restarted' } },
    result: { command_id: body.command.id, status: 'succeeded' },
  })
  const { items } = await on.read<{ items: object[] }>(`/api/audit?action=container.restart&target_id=${id}`)
  expect(items).toMatchObject([{ reason, result: 'ok', data: { command_id: body.command.id, container: 'web' } }])
})

test('a command that was sent is sent again to the next connection; its result lands after that', async () => {
  const { body } = await act(here, id, 'stop', { reason })
  await agent.commands()
  await agent.cut()
  const again = await TestAgent.connect(there, identity)
  const [command] = await again.commands()
  expect(command?.id).toBe(body.command.id)
  again.send({ t: 'accepted', command_id: body.command.id })
  await on.commandBecomes(body.command.id, 'accepted')
  await again.cut()
  const third = await TestAgent.connect(here, identity)
  await third.store(
    result(body.command.id, { status: 'unknown', code: 'interrupted', message: 'The agent was killed' }),
  )
  expect(third.of('command')).toEqual([])
  expect(await on.command(body.command.id)).toMatchObject({ status: 'unknown', code: 'interrupted' })
  expect(await endOfJob(body.job.id)).toMatchObject({ outcome: { level: 'warn' } })
  await third.cut()
})

test('a result that comes again, or after another one, changes nothing', async () => {
  const { body } = await act(here, id, 'restart', { reason })
  await agent.commands()
  await agent.store(result(body.command.id), result(body.command.id, { status: 'failed', code: 'conflict' }))
  await agent.store(result(body.command.id, { status: 'failed', code: 'conflict' }))
  expect(await on.command(body.command.id)).toMatchObject({ status: 'succeeded' })
  const other = await enroll(here, 'other')
  const { body: asked } = await act(here, id, 'restart', { reason })
  const stranger = await TestAgent.connect(here, other)
  await stranger.store(result(asked.command.id))
  expect((await on.command(asked.command.id)).ended_at).toBeNull()
  await stranger.cut()
})

test('a command whose agent does not come in time expires, and is not sent afterwards', async () => {
  await agent.cut()
  const { body } = await act(here, id, 'stop', { reason })
  expect(body.command.status).toBe('queued')
  await here.app.db('agent_commands').where({ id: body.command.id }).update({ expires_at: new Date() })
  await on.commandBecomes(body.command.id, 'expired')
  const again = await TestAgent.connect(here, identity)
  await again.store(inventoryRecord([web]))
  expect(again.of('command')).toEqual([])
  expect(await endOfJob(body.job.id)).toMatchObject({ outcome: { level: 'bad' } })
  await again.cut()
})

test('without a result, the state of the container decides, or nobody knows', async () => {
  const { db } = here.app
  const overdue = (command: string) =>
    db('agent_commands')
      .where({ id: command })
      .update({ given_up_at: new Date(0) })
  const first = (await act(here, id, 'restart', { reason })).body.command.id
  await agent.commands()
  await on.commandBecomes(first, 'sent')
  await overdue(first)
  await on.commandBecomes(first, 'unknown')
  await agent.store(inventoryRecord([{ ...web, started_at: Date.now() + 1_000 }]))
  await on.commandBecomes(first, 'succeeded')
  const second = (await act(here, id, 'restart', { reason })).body.command.id
  await agent.commands(2)
  await on.commandBecomes(second, 'sent')
  await overdue(second)
  await on.commandBecomes(second, 'unknown')
  await agent.store(result(second, { status: 'failed', code: 'timeout', message: 'The engine did not answer' }))
  expect(await on.command(second)).toMatchObject({ status: 'failed', code: 'timeout' })
})

test('the same key gives the same command; another body is a conflict', async () => {
  const headers = { 'idempotency-key': 'once' }
  const both = await Promise.all([
    act(here, id, 'restart', { reason }, headers),
    act(there, id, 'restart', { reason }, headers),
  ])
  expect(new Set(both.map(({ body }) => body.command.id)).size).toBe(1)
  expect(both.map(each => each.headers.get('idempotency-replayed')).sort()).toEqual([null, 'true'])
  expect((await act(here, id, 'stop', { reason }, headers)).status).toBe(409)
  await agent.commands()
  expect(agent.of('command')).toHaveLength(1)
})

test('who may do what: viewers nothing, operators nothing protected, admins by typing the name', async () => {
  const as = async (role: string) => {
    const response = await here.post('/api/tokens', { name: role, role })
    return { authorization: `Bearer ${((await response.json()) as { secret: string }).secret}` }
  }
  const [viewer, operator] = [await as('viewer'), await as('operator')]
  const db = (await on.container('db', `agent=${identity.agentId}`)).id
  expect((await act(here, id, 'stop', { reason }, viewer)).status).toBe(403)
  expect((await act(here, id, 'stop', { reason: ' ' }, operator)).status).toBe(400)
  expect((await act(here, id, 'start', { reason }, operator)).status).toBe(202)
  expect((await act(here, db, 'stop', { reason, confirm: 'db' }, operator)).body).toMatchObject({ code: 'protected' })
  expect((await act(here, db, 'start', { reason }, operator)).body).toMatchObject({ code: 'protected' })
  expect((await act(here, db, 'stop', { reason })).body).toMatchObject({ status: 409, code: 'confirmation_needed' })
  expect((await act(here, db, 'stop', { reason, confirm: 'web' })).body).toMatchObject({ code: 'wrong_confirmation' })
  expect((await act(here, db, 'stop', { reason, confirm: 'db' })).status).toBe(202)
  const commands = await agent.commands(2)
  expect(commands.find(({ container }) => container === 'db')).toMatchObject({ confirmed: true, action: 'stop' })
  const { items } = await on.read<{ items: object[] }>(`/api/audit?target_id=${db}&result=refused`)
  expect(items).toHaveLength(4)
})

test('an agent without actions, and a container that is gone, are not asked', async () => {
  await agent.store(inventoryRecord([containerOf('other')]))
  expect((await act(here, id, 'start', { reason })).body).toMatchObject({ status: 409, code: 'container_gone' })
  await agent.cut()
  const quiet = await TestAgent.connect(here, identity, { capabilities: ['logs'] })
  const other = (await on.container('other', `agent=${identity.agentId}`)).id
  expect((await act(here, other, 'stop', { reason })).body).toMatchObject({ status: 409, code: 'actions_off' })
  await quiet.cut()
})

test('a job that is cancelled before its command is sent takes it back', async () => {
  await agent.cut()
  const { body } = await act(here, id, 'stop', { reason })
  expect((await here.post(`/api/jobs/${body.job.id}/cancel`, { reason: 'wrong one' })).status).toBe(202)
  await on.commandBecomes(body.command.id, 'rejected')
  const again = await TestAgent.connect(here, identity)
  await again.store(inventoryRecord([web]))
  expect(again.of('command')).toEqual([])
  await again.cut()
})

test('one agent that does not answer does not keep another from its commands', async () => {
  const other = await enroll(here, 'other')
  const second = await TestAgent.connect(there, other)
  await second.store(inventoryRecord([web]))
  const theirs = (await on.container('web', `agent=${other.agentId}`)).id
  const { body: stuck } = await act(here, id, 'restart', { reason })
  const { body } = await act(here, theirs, 'restart', { reason })
  await second.commands()
  await second.store(result(body.command.id))
  expect(await on.command(body.command.id)).toMatchObject({ status: 'succeeded' })
  expect((await on.command(stuck.command.id)).ended_at).toBeNull()
  await second.cut()
})
