import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent } from '../../../agent'
import { enroll } from '../../../agent/connection'
import { EngineClient } from '../../../agent/engine'
import { HostSampler } from '../../../agent/samples'
import { StubEngine } from '../../../load/agents/stub-engine'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { eventually } from '../../support/programs'
import { FACTS } from '../place'
import { newToken } from './test-agent'
import { act, agentsOn } from './world'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let on: ReturnType<typeof agentsOn>
let folder: string
let engine: StubEngine
let agent: Agent
let running: Promise<void>
const said: string[] = []

beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start({ AGENT_INTERVAL_MS: '500' })
  on = agentsOn(app)
  folder = await mkdtemp(join(tmpdir(), 'agent-'))
  engine = await StubEngine.start(join(folder, 'engine.sock'))
  const say = (text: string) => void said.push(text)
  const { signal } = new AbortController()
  const identity = await enroll({ url: app.url, token: await newToken(app), folder, facts: FACTS, signal, say })
  if (!identity) throw new Error('The agent is not enrolled')
  agent = new Agent({
    ...{ url: app.url, folder, identity, facts: FACTS, engine: new EngineClient(engine.socket), say },
    ...{ host: new HostSampler('/'), allow: ['start', 'stop', 'restart'], protect: ['db*'] },
    ...{ spoolBytes: 64e6, spoolAgeMs: 3_600_000 },
  })
  running = agent.run()
})
afterAll(async () => {
  agent.stop()
  await running
  await engine.down()
  await parts.stop()
  await rm(folder, { recursive: true, force: true })
})

test('the real agent: containers, lines, samples, commands, and what its own policy refuses', async () => {
  const web = engine.run('web')
  const db = engine.run('db-1')
  engine.log(web, 'line 1')
  await eventually(async () => (await on.containers()).length === 2, 'its containers')
  const { id } = await on.container('web')
  await eventually(async () => (await on.lines(id)).length === 1, 'its first line')
  const path = `/api/containers/${id}/metrics?series=cpu`
  await eventually(
    async () =>
      (await on.read<{ series: { cpu: { mean: (number | null)[] } } }>(path)).series.cpu.mean.some(
        each => each !== null,
      ),
    'its samples',
  )
  const { body } = await act(app, id, 'restart', { reason: 'test' })
  await on.commandBecomes(body.command.id, 'succeeded')
  expect(engine.requests).toContain(`POST /containers/${web.id}/restart?t=10`)
  const guarded = await on.container('db-1')
  expect(guarded.protected).toBe(true)
  expect((await act(app, guarded.id, 'stop', { reason: 'test' })).status).toBe(409)
  // also if somebody goes around the server
  await app.app.db('containers').where({ id: guarded.id }).update({ protected: false })
  const { body: around } = await act(app, guarded.id, 'stop', { reason: 'test' })
  await on.commandBecomes(around.command.id, 'rejected')
  expect(await on.command(around.command.id)).toMatchObject({ code: 'protected' })
  expect(engine.requests.filter(each => each.includes(`${db.id}/stop`))).toEqual([])
})

test('what happens while the server is away arrives afterwards, without holes and once', async () => {
  const web = [...engine.containers.values()].find(({ name }) => name === 'web')
  if (!web) throw new Error('There is no container web')
  const { id } = await on.container('web')
  const before = (await on.lines(id)).length
  const { db } = app.app
  for (let i = 0; i < 500; i++) {
    engine.log(web, `numbered ${i}`)
    // as if another connection had come and gone
    if (i % 100 === 50) await db('agents').increment('epoch', 1)
    if (i % 20 === 0) await new Promise(setImmediate)
  }
  await eventually(async () => (await on.lines(id)).length >= before + 500, 'all lines')
  const lines = (await on.lines(id)).slice(before).map(({ message }) => message)
  expect(lines).toEqual(Array.from({ length: 500 }, (_, i) => `numbered ${i}`))
})
