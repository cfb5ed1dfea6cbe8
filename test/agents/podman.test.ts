import { randomUUID } from 'node:crypto'
import { EngineClient } from '../../agent/engine'
import type { AgentCommand } from '../../src/contract/agent-protocol'
import { Place } from './place'
import { PodmanEngine } from './podman-engine'

let engine: PodmanEngine | string

beforeAll(async () => {
  engine = await PodmanEngine.start()
  if (typeof engine === 'string') process.stderr.write(`Skipped: the agent with a real Podman, because ${engine}.\n`)
})

afterAll(() => (typeof engine === 'string' ? undefined : engine.stop()))

const COUNT = 'i=0; while true; do i=$((i+1)); echo line $i; sleep 0.2; done'
const BUSY = 'while true; do true; done'

test('containers of a real Podman: inventory, samples, lines, actions, and no line twice after an interruption', async () => {
  if (typeof engine === 'string') return
  await engine.create('web', COUNT)
  await engine.create('busy', BUSY)
  await engine.create('job', 'echo done; echo to stderr >&2; exit 3')
  for (const name of ['web', 'busy']) await engine.start(name)
  await engine.serve()
  const place = await Place.make()
  const { server } = place
  const options = { engine: new EngineClient(engine.socket) }
  const containers = () => server.of('inventory').at(-1)?.containers ?? []
  const named = (name: string) => containers().find(each => each.name === name)
  try {
    await place.agent(options)
    await server.until(() => named('web')?.state === 'running' && server.lines('web').length > 3)
    expect(named('job')).toMatchObject({ state: 'created', image: 'localhost/local/busy:latest', health: 'none' })
    const facts = () => server.heartbeats.findLast(each => each.facts)?.facts ?? server.hellos[0]?.facts
    await server.until(() => facts()?.engine?.kind === 'podman')
    await server.until(() => server.of('containers').filter(({ samples }) => (samples.busy?.cpu ?? 0) > 5).length > 3)
    const busy = server.of('containers').flatMap(({ samples }) => (samples.busy?.cpu ? [samples.busy] : []))
    expect(Math.max(...busy.map(({ cpu }) => cpu ?? 0))).toBeLessThan(130)
    expect(busy[0]).toMatchObject({ memory: expect.any(Number), memory_limit: null, pids: 1 })
    await place.stop()
    await place.agent(options)
    const before = server.lines('web').length
    await server.until(() => server.lines('web').length > before + 10)
    const texts = server.lines('web')
    expect(texts).toEqual(texts.map((_, index) => `line ${index + 1}`))
    const resultOf = async (name: string, action: AgentCommand['action']) => {
      const command: AgentCommand = {
        ...{ id: randomUUID(), action, container: name, container_id: named(name)?.id ?? '', reason: 'test' },
        ...{ confirmed: false, grace_seconds: 0, expires_at: Date.now() + 60_000, deadline_ms: 60_000 },
      }
      server.send({ t: 'command', command })
      const found = () => server.of('result').find(({ command_id }) => command_id === command.id)
      await server.until(() => found() !== undefined)
      return found()
    }
    expect(await resultOf('job', 'start')).toMatchObject({ status: 'succeeded' })
    await server.until(() => server.lines('job').length === 2 && named('job')?.state === 'exited')
    expect([...server.lines('job')].sort()).toEqual(['done', 'to stderr'])
    expect(named('job')).toMatchObject({ exit_code: 3 })
    expect(await resultOf('web', 'start')).toMatchObject({ status: 'succeeded', message: 'It was already running.' })
    expect(await resultOf('web', 'stop')).toMatchObject({ status: 'succeeded', container: { state: 'exited' } })
    expect(await resultOf('web', 'stop')).toMatchObject({ status: 'succeeded', message: 'It was already stopped.' })
    expect(await resultOf('web', 'restart')).toMatchObject({ status: 'succeeded', container: { state: 'running' } })
    const thirds = () => server.lines('web').filter(text => text === 'line 3')
    await server.until(() => thirds().length === 2)
    expect(server.of('event').map(({ action }) => action)).toEqual(expect.arrayContaining(['start', 'die']))
    expect(server.faults).toEqual([])
  } finally {
    await place.end()
  }
})
