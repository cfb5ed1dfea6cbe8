import { agentRetention } from '../../../src/agents/retention'
import { newId } from '../../../src/base/ids'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { containerOf, enroll, inventoryRecord, TestAgent } from './test-agent'
import { agentsOn } from './world'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let on: ReturnType<typeof agentsOn>
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start({ TAILRACE_ROLE: 'web' })
  on = agentsOn(app)
})
afterAll(() => parts.stop())

const targetOf = (name: string) => {
  const found = agentRetention(app.app.db).find(target => target.name === name)
  if (!found) throw new Error(`There is no target ${name}`)
  return found
}
const now = new Date()
const before = new Date(now.getTime() - 1_000)
const old = new Date(now.getTime() - 60_000)

test('containers that are gone are deleted, others never', async () => {
  const agent = await TestAgent.connect(app, await enroll(app, 'host'))
  const [kept, gone] = [containerOf('kept'), containerOf('gone')]
  await agent.store(inventoryRecord([kept, gone]), inventoryRecord([kept]))
  await app.app.db('containers').update({ state_since: old })
  const target = targetOf('containers_gone')
  expect(await target.count(before)).toBe(1)
  expect(await target.sweep(before, 100, null)).toEqual({ deleted: 1, next: null })
  expect((await on.containers('status=gone,running')).map(({ name }) => name)).toEqual(['kept'])
  // the agent does not know, and goes on
  await agent.store(inventoryRecord([kept, containerOf('gone')]))
  expect((await on.containers()).map(({ name }) => name)).toEqual(['gone', 'kept'])
  await agent.cut()
})

test('what is only of use for a while is deleted after it', async () => {
  const { db } = app.app
  const { id: container_id } = await on.container('kept')
  const { id: agent_id } = await db('agents').first()
  await db('container_starts').insert([old, now].map(at => ({ container_id, at })))
  await db('agent_segments').update({ updated_at: now })
  await db('agent_segments').insert({ agent_id, segment: newId(), seq: 1, updated_at: old })
  await db('container_generations').where({ container_id }).update({ gone_at: null })
  for (const [name, left] of [
    ['container_starts', 1],
    ['agent_segments', 1],
    ['container_generations', 2],
  ] as const) {
    const target = targetOf(name)
    await target.measure()
    await target.sweep(before, 100, null)
    expect([name, await db(name).count().first()]).toEqual([name, { count: left }])
  }
  for (const target of agentRetention(db)) await target.measure()
})
