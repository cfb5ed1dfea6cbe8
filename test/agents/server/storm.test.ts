import { Admission } from '../../../src/agents/socket/admission'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { eventually } from '../../support/programs'
import {
  containerOf,
  enroll,
  factsOf,
  type Identity,
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

test('so many handshakes at once, and so many per second', () => {
  const admission = new Admission({ perSecond: 0.001, burst: 3, openMax: 2 })
  const [first, second] = [admission.enter(), admission.enter()]
  expect([first, second].map(each => typeof each)).toEqual(['function', 'function'])
  expect(admission.enter()).toBeUndefined() // two are open
  first?.()
  first?.()
  expect(admission.enter()).toBeDefined()
  second?.()
  expect(admission.enter()).toBeUndefined() // three have begun
})

test('of 200 agents that come back at once, those that are too many are told when to come', async () => {
  const token = await newToken(app, { reusable: true })
  const identities: Identity[] = []
  for (let i = 0; i < 200; i++) {
    const facts = factsOf(`storm-${i}`)
    const { response, key } = await requestEnrollment(app, token, facts)
    expect(response.status).toBe(201)
    const { agent_id, server_key } = (await response.json()) as { agent_id: string; server_key: string }
    identities.push({ agentId: agent_id, serverKey: server_key, key, facts })
  }
  const began = performance.now()
  const agents = await Promise.all(identities.map(identity => TestAgent.connect(app, identity)))
  const refused = agents.filter(({ refusal }) => refusal)
  const seconds = (performance.now() - began) / 1_000
  expect(200 - refused.length).toBeLessThanOrEqual(100 + 50 * seconds + 1)
  for (const { refusal } of refused) {
    expect(refusal?.code).toBe('busy')
    expect(refusal?.retry_after_ms).toBeGreaterThanOrEqual(1_000)
  }
  const opened = agents.filter(({ refusal }) => !refusal)
  await eventually(async () => {
    const { counts } = await on.read<{ counts: { online: number } }>('/api/agents?limit=1')
    return counts.online === opened.length
  }, 'all that were let in')
  await Promise.all(opened.map(agent => agent.cut()))
})

test('a flood of one agent does not keep another one waiting for its end', async () => {
  const [loud, quiet] = await Promise.all(
    ['loud', 'quiet'].map(async name => TestAgent.connect(app, await enroll(app, name))),
  )
  if (!loud || !quiet) throw new Error('Not connected')
  const [one, two] = [containerOf('loud'), containerOf('quiet')]
  await Promise.all([loud.store(inventoryRecord([one])), quiet.store(inventoryRecord([two]))])
  const lines = Array.from({ length: 200 }, (_, i) => `${i} ${'x'.repeat(100)}`)
  // kept while there was no connection: none of it may be left out
  let last = 0
  for (let i = 0; i < 300; i++) last = loud.write(logRecord(one, lines, Date.now() - 120_000))
  await quiet.store(logRecord(two, ['heard']))
  expect(loud.of('ack').some(({ seq }) => seq >= last)).toBe(false)
  await loud.acked(loud.segment, last)
  const { id } = await on.container('loud')
  const { items } = await on.read<{ items: { line: number }[] }>(`/api/containers/${id}/logs?order=desc&limit=1`)
  expect(items[0]?.line).toBe(300 * 200)
  await Promise.all([loud.cut(), quiet.cut()])
})
