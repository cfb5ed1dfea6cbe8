import { appsOnFreshParts, type TestApp } from '../../support/app'
import { eventually } from '../../support/programs'
import { containerOf, enroll, type Identity, inventoryRecord, TestAgent } from './test-agent'
import { act, agentsOn } from './world'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let on: ReturnType<typeof agentsOn>
let identity: Identity
let agent: TestAgent
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
  on = agentsOn(app)
  identity = await enroll(app, 'host')
  agent = await TestAgent.connect(app, identity)
})
afterAll(() => parts.stop())

interface Alert {
  labels: Record<string, string>
  annotations: Record<string, string>
}
const firing = async (name: string) => {
  const { items } = await on.read<{ items: Alert[] }>('/api/alerts?state=firing&source=agents')
  return items.filter(({ labels }) => labels.alertname === name)
}
const fires = (name: string, container?: string) =>
  eventually(
    async () => (await firing(name)).some(({ labels }) => labels.container === container),
    `${name} of ${container} to fire`,
  )
const ends = (name: string, container?: string) =>
  eventually(
    async () => !(await firing(name)).some(({ labels }) => labels.container === container),
    `${name} of ${container} to end`,
  )
const long = () => Date.now() - 10 * 60_000

test('a container that ended with an error is down until it runs again; one that was stopped here is not', async () => {
  const [web, job, stopped] = [containerOf('web'), containerOf('job'), containerOf('stopped')]
  await agent.store(inventoryRecord([web, job, stopped]))
  const { body } = await act(app, (await on.container('stopped')).id, 'stop', { reason: 'maintenance' })
  await agent.commands()
  await agent.store({
    ...{ t: 'result', at: Date.now(), command_id: body.command.id, status: 'succeeded', code: null, message: '' },
    container: null,
  })
  const ended = { state: 'exited', finished_at: long() } as const
  await agent.store(
    inventoryRecord([
      { ...web, ...ended, exit_code: 3 },
      { ...job, ...ended, exit_code: 0 },
      { ...stopped, ...ended, exit_code: 137 },
    ]),
  )
  await fires('ContainerDown', 'web')
  const [alert] = await firing('ContainerDown')
  expect(alert?.annotations.summary).toBe('web on host is down')
  expect((await firing('ContainerDown')).map(({ labels }) => labels.container)).toEqual(['web'])
  await agent.store(inventoryRecord([{ ...web, started_at: Date.now() }, job]))
  await ends('ContainerDown', 'web')
})

test('a container that starts again and again, and one that is unhealthy', async () => {
  const loop = containerOf('loop')
  const ill = containerOf('ill', { health: 'unhealthy' })
  await agent.store(inventoryRecord([loop, ill]))
  await app.app
    .db('containers')
    .where({ name: 'ill' })
    .update({ health_since: new Date(long()) })
  const now = Date.now()
  for (let i = 0; i < 5; i++)
    await agent.store({
      ...{ t: 'event', at: now - i * 1_000, container: 'loop', id: loop.id, action: 'start', exit_code: null },
    })
  await fires('ContainerRestarting', 'loop')
  await fires('ContainerUnhealthy', 'ill')
  await agent.store(inventoryRecord([loop, { ...ill, health: 'healthy' }]))
  await ends('ContainerUnhealthy', 'ill')
})

test('what was used all through some minutes', async () => {
  const [busy, calm] = [containerOf('busy'), containerOf('calm')]
  await agent.store(inventoryRecord([busy, calm]))
  const { db } = app.app
  const ids = { host: identity.agentId, busy: (await on.container('busy')).id, calm: (await on.container('calm')).id }
  const minute = (i: number) => new Date(Math.floor(Date.now() / 60_000) * 60_000 - i * 60_000)
  await db('agent_rollups')
    .where({ grain: 'minute' })
    .update({ done_until: minute(0), closed_until: minute(0) })
  for (const [name, id] of Object.entries(ids)) {
    const [subject] = await db('agent_subjects')
      .insert({ tenant_id: (await db('agents').first()).tenant_id, agent_id: identity.agentId, subject_id: id })
      .returning('id')
    const used = name === 'calm' ? 10 : 396
    for (let i = 1; i <= 10; i++)
      await db('agent_minutes').insert({
        ...{ at: minute(i), subject: subject.id, cpu_min: used, memory_min: 95, memory_limit_max: 100 },
        ...{ memory_total_max: 100, disk_min: 50, disk_total_max: 100 },
      })
  }
  await fires('ContainerCpuHigh', 'busy')
  await fires('HostCpuHigh')
  await fires('ContainerMemoryHigh', 'calm')
  expect((await firing('ContainerCpuHigh')).map(({ labels }) => labels.container)).toEqual(['busy'])
  expect(await firing('HostDiskFull')).toEqual([])
})

test('an agent that is gone, and one whose key two machines share', async () => {
  for (let i = 0; i < 3; i++) await TestAgent.connect(app, identity)
  await fires('AgentIdentityShared')
  const other = await enroll(app, 'other')
  const short = await TestAgent.connect(app, other)
  await short.cut()
  await on.agentBecomes(other.agentId, 'offline')
  await app.app
    .db('agents')
    .where({ id: other.agentId })
    .update({ disconnected_at: new Date(long()) })
  await fires('AgentGone')
  const again = await TestAgent.connect(app, other)
  await ends('AgentGone')
  await again.cut()
})
