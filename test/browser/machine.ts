import type { AgentRecord } from '../../src/contract/agent-protocol'
import { containerOf, enroll, hostRecord, inventoryRecord, logRecord, TestAgent } from '../agents/server/test-agent'
import { agentsOn } from '../agents/server/world'
import type { TestApp } from '../support/app'
import { stopAtEnd } from './browser'

const INTERVAL_MS = 5_000
const HEARTBEAT_MS = 1_000
/** Of the quarter of an hour, in which there is a hole. */
const SAMPLES = 170
const HOLE = { from: 90, to: 110 }

const containerSamples = (names: readonly string[], at: number, cpu: number): AgentRecord => ({
  ...{ t: 'containers', at },
  samples: Object.fromEntries(
    names.map(name => [
      name,
      { cpu, memory: 2e8, memory_limit: 1e9, rx: 4e4, tx: 2e4, read: 1e3, write: 5e3, pids: 12 },
    ]),
  ),
})

/** A connected agent with containers, some of their history, and a connection that lasts until the tests end. */
export async function startMachine(app: TestApp, hostname: string) {
  const identity = await enroll(app, hostname)
  const agent = await TestAgent.connect(app, identity)
  const web = containerOf('web', { image: 'registry.example.org/shop/web:1.2', labels: { team: 'shop' } })
  const database = containerOf('postgres', { image: 'postgres:16', protected: true })
  const cron = containerOf('cron', { state: 'exited', exit_code: 137, finished_at: Date.now() })
  const running = ['web', 'postgres']
  const first = agent.now() - SAMPLES * INTERVAL_MS
  await agent.store(inventoryRecord([web, database, cron]))
  const records = Array.from({ length: SAMPLES }, (_, i) => i)
    .filter(i => i < HOLE.from || i >= HOLE.to)
    .flatMap(i => [
      hostRecord(first + i * INTERVAL_MS, 30 + (i % 20)),
      containerSamples(running, first + i * INTERVAL_MS, 10 + (i % 9)),
    ])
  await agent.store(...records)
  await agent.store(logRecord(web, ['GET / 200', 'ERROR: upstream timed out', 'GET /products 200']), {
    ...{ t: 'event', at: agent.now(), container: 'web', id: web.id },
    action: 'start',
    exit_code: null,
  })
  const beat = setInterval(() => agent.heartbeat(), HEARTBEAT_MS)
  stopAtEnd(async () => {
    clearInterval(beat)
    await agent.cut()
  })
  return {
    agent,
    agentId: identity.agentId,
    containers: { web, database, cron },
    idOf: async (name: string) => (await agentsOn(app).container(name, `agent=${identity.agentId}`)).id,
    /** Measures now. */
    measure: (cpu: number) => agent.store(hostRecord(agent.now(), cpu), containerSamples(running, agent.now(), cpu)),
  }
}
export type Machine = Awaited<ReturnType<typeof startMachine>>
