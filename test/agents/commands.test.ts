import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StubContainer } from '../../load/agents/stub-shapes'
import type { AgentCommand } from '../../src/contract/agent-protocol'
import { eventually } from '../support/programs'
import { Place } from './place'

let place: Place

beforeEach(async () => {
  place = await Place.make()
})

afterEach(async () => {
  expect(place.server.faults).toEqual([])
  await place.end()
})

type Target = Pick<StubContainer, 'name' | 'id'>

const commandFor = ({ name, id }: Target, given: Partial<AgentCommand> = {}): AgentCommand => ({
  ...{ id: randomUUID(), action: 'restart', container: name, container_id: id, reason: 'test', confirmed: false },
  ...{ grace_seconds: 7, expires_at: Date.now() + 60_000, deadline_ms: 30_000 },
  ...given,
})

async function connected(): Promise<void> {
  const { server } = place
  const before = server.hellos.length
  await server.until(() => server.hellos.length > before || server.of('inventory').length > 0)
}

/** Sends a command, and resolves to its result. */
async function resultOf(command: AgentCommand) {
  const { server } = place
  const ofIt = () => server.of('result').filter(({ command_id }) => command_id === command.id)
  const before = ofIt().length
  server.send({ t: 'command', command })
  await server.until(() => ofIt().length > before)
  return ofIt().at(-1)
}

const actions = () => place.engine.requests.filter(each => each.startsWith('POST'))

test('the same command again has the same result, without being carried out again, also after a restart of the agent', async () => {
  const web = place.engine.run('web')
  await place.agent()
  await connected()
  const command = commandFor(web)
  const first = await resultOf(command)
  expect(first).toMatchObject({ status: 'succeeded' })
  expect(await resultOf(command)).toEqual(first)
  await place.stop()
  await place.agent()
  const { server } = place
  await server.until(() => server.hellos.length === 2)
  expect(await resultOf(command)).toEqual(first)
  expect(await resultOf({ ...command, action: 'stop' })).toMatchObject({ status: 'rejected', code: 'conflict' })
  expect(actions()).toEqual([`POST /containers/${web.id}/restart?t=7`])
})

test('a command that the end of the agent has interrupted is reported, and not carried out again', async () => {
  const { engine, server, folder } = place
  const web = engine.run('web')
  engine.faults = [{ path: /POST/, kind: 'hang' }]
  const agent = await place.agent()
  await connected()
  const command = commandFor(web)
  server.send({ t: 'command', command })
  await server.until(() => server.accepted.length === 1)
  await eventually(async () => actions().length === 1, 'the engine is asked')
  // as after kill -9: the journal as it is now
  const journal = await readFile(join(folder, 'journal.jsonl'), 'utf8')
  expect(journal).toContain(command.id)
  agent.stop()
  engine.faults = []
  await engine.down()
  await engine.up()
  await place.stop()
  await writeFile(join(folder, 'journal.jsonl'), journal)
  await rm(join(folder, 'spool'), { recursive: true })
  const sofar = server.of('result').length
  await place.agent()
  await server.until(() => server.of('result').length > sofar)
  expect(server.of('result').at(-1)).toMatchObject({ command_id: command.id, status: 'unknown', code: 'interrupted' })
  expect(await resultOf(command)).toMatchObject({ status: 'unknown', code: 'interrupted' })
  expect(actions()).toHaveLength(1)
})

test('what is too late, of another generation, gone, not allowed or protected is refused with a reason', async () => {
  const { engine } = place
  const web = engine.run('web')
  const labelled = engine.run('labelled', { labels: { 'tailrace.protected': 'true' } })
  const named = engine.run('db-1')
  await place.agent({ allow: ['restart'], protect: ['db-*'], ownId: web.id.slice(0, 12) })
  await connected()
  const refused = (code: string) => ({ status: 'rejected', code })
  expect(await resultOf(commandFor(named, { expires_at: Date.now() - 5_000 }))).toMatchObject(refused('expired'))
  expect(await resultOf(commandFor({ name: 'db-1', id: 'a'.repeat(64) }))).toMatchObject(refused('replaced'))
  expect(await resultOf(commandFor(named, { action: 'stop' }))).toMatchObject(refused('not_allowed'))
  for (const each of [web, labelled, named])
    expect(await resultOf(commandFor(each))).toMatchObject(refused('protected'))
  expect(await resultOf(commandFor({ name: 'gone', id: 'a'.repeat(64) }))).toMatchObject({
    status: 'failed',
    code: 'not_found',
  })
  expect(actions()).toEqual([])
  expect(place.server.running).toEqual([])
  expect(await resultOf(commandFor(named, { confirmed: true }))).toMatchObject({ status: 'succeeded' })
  await place.server.until(() => place.server.of('inventory').length > 0)
  const { containers = [] } = place.server.of('inventory').at(-1) ?? {}
  expect(containers.map(each => [each.name, each.protected, each.own])).toEqual([
    ['db-1', true, false],
    ['labelled', true, false],
    ['web', true, true],
  ])
})

test('starting what runs, and stopping what does not, changes nothing and succeeds', async () => {
  const { engine } = place
  const web = engine.run('web')
  await place.agent()
  await connected()
  expect(await resultOf(commandFor(web, { action: 'start' }))).toMatchObject({
    status: 'succeeded',
    message: 'It was already running.',
  })
  expect(await resultOf(commandFor(web, { action: 'stop' }))).toMatchObject({
    status: 'succeeded',
    container: { state: 'exited' },
  })
  expect(await resultOf(commandFor(web, { action: 'stop' }))).toMatchObject({
    status: 'succeeded',
    message: 'It was already stopped.',
  })
})

test('an engine that hangs makes an action unknown at its deadline, and holds up no other container', async () => {
  const { engine, server } = place
  const hung = engine.run('hung')
  const web = engine.run('web')
  engine.faults = [{ path: new RegExp(`POST /containers/${hung.id}`), kind: 'hang' }]
  await place.agent()
  await connected()
  const stuck = commandFor(hung, { deadline_ms: 1_500 })
  server.send({ t: 'command', command: stuck })
  await server.until(() => server.accepted.includes(stuck.id))
  expect(await resultOf(commandFor(web))).toMatchObject({ status: 'succeeded' })
  expect(server.of('result')).toHaveLength(1)
  await server.until(() => server.of('result').length === 2)
  expect(server.of('result')[1]).toMatchObject({
    ...{ command_id: stuck.id, status: 'unknown', code: 'timeout' },
    container: { name: 'hung', state: 'running' },
  })
})

test('an error of the engine is a failure, a connection that breaks is not known', async () => {
  const { engine } = place
  const web = engine.run('web')
  await place.agent()
  await connected()
  engine.faults = [{ path: /POST/, kind: 'status', status: 500 }]
  expect(await resultOf(commandFor(web))).toMatchObject({
    status: 'failed',
    code: 'engine',
    message: expect.stringContaining('The stub fails'),
  })
  engine.faults = [{ path: /POST/, kind: 'status', status: 409 }]
  expect(await resultOf(commandFor(web))).toMatchObject({ status: 'failed', code: 'conflict' })
  engine.faults = [{ path: /POST/, kind: 'break' }]
  expect(await resultOf(commandFor(web))).toMatchObject({ status: 'unknown', code: 'broken' })
})

test('a result reaches the server although the connection broke while the command ran', async () => {
  const { engine, server } = place
  const web = engine.run('web')
  engine.actionMs = 300
  await place.agent()
  await connected()
  const command = commandFor(web)
  server.send({ t: 'command', command })
  await server.until(() => server.accepted.length === 1)
  server.cut()
  await server.until(() => server.of('result').length === 1)
  expect(server.of('result')[0]).toMatchObject({ command_id: command.id, status: 'succeeded' })
})
