import { randomUUID } from 'node:crypto'
import type { AgentCommand } from '../../src/contract/agent-protocol'
import { Place } from './place'

let place: Place

beforeEach(async () => {
  place = await Place.make()
})

afterEach(async () => {
  expect(place.server.faults).toEqual([])
  await place.end()
})

test('an agent enrols, and its containers, samples and lines reach the server', async () => {
  const { engine, server } = place
  const web = engine.run('web')
  engine.log(web, 'line 1')
  await place.agent()
  await server.until(() => server.lines('web').length > 0)
  engine.log(web, '\u001b[31mline 2 ü\u001b[0m', { stream: 'stderr' })
  await server.until(
    () => server.lines('web').length > 1 && server.of('containers').length > 2 && server.of('host').length > 1,
  )
  expect(server.lines('web')).toEqual(['line 1', '\u001b[31mline 2 ü\u001b[0m'])
  const [inventory] = server.of('inventory')
  expect(inventory?.containers).toMatchObject([{ name: 'web', state: 'running', protected: false, own: false }])
  const samples = server.of('containers').map(each => each.samples.web)
  expect(samples[0]).toMatchObject({ cpu: null, memory: 40e6, memory_limit: 100e6, pids: 3 })
  expect(samples[2]?.cpu).toBeCloseTo(10, 0)
  expect(server.of('host')[1]).toMatchObject({ sample: { cpu: expect.any(Number), memory: expect.any(Number) } })
  const facts = () => server.heartbeats.findLast(each => each.facts)?.facts ?? server.hellos[0]?.facts
  await server.until(() => facts()?.engine?.kind === 'docker')
})

test('a command is accepted, carried out and reported', async () => {
  const { engine, server } = place
  const web = engine.run('web')
  await place.agent()
  await server.until(() => server.of('inventory').length > 0)
  const command = commandFor(web, 'restart')
  server.send({ t: 'command', command })
  await server.until(() => server.of('result').length > 0)
  expect(server.accepted).toEqual([command.id])
  expect(server.running).toEqual([command.id])
  expect(server.of('result')).toMatchObject([
    { command_id: command.id, status: 'succeeded', code: null, container: { name: 'web', state: 'running' } },
  ])
  expect(engine.requests).toContain(`POST /containers/${web.id}/restart?t=7`)
})

function commandFor({ name, id }: { name: string; id: string }, action: AgentCommand['action']): AgentCommand {
  return {
    ...{ id: randomUUID(), action, container: name, container_id: id, reason: 'test', confirmed: false },
    ...{ grace_seconds: 7, expires_at: Date.now() + 60_000, deadline_ms: 30_000 },
  }
}
