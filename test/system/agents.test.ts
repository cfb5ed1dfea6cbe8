import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import type { Container, ContainerCommand } from '../../src/contract/containers'
import type { LogLine, LogPage } from '../../src/contract/logs'
import { SpoolingAgent } from '../agents/server/spooling-agent'
import {
  containerOf,
  factsOf,
  hostRecord,
  type Identity,
  inventoryRecord,
  logRecord,
} from '../agents/server/test-agent'
import { eventually } from '../support/programs'
import type { Node } from './node'
import { System } from './system'

let system: System
let identity: Identity
let agent: SpoolingAgent
let container: Container
const web = containerOf('web')
const running = () => system.webs.filter(node => node.isRunning())
/** One that runs. */
const anyWeb = (): Node => running()[0] as Node

beforeAll(async () => {
  system = await System.start({ workers: 1, env: { AGENT_HEARTBEAT_MS: '500', JOB_LOCK_MS: '1000' } })
  const { body: made } = await anyWeb().post<{ secret: string }>('/api/agent-tokens', {})
  identity = await enroll(made.secret)
  system.secrets.push(made.secret, identity.key.export({ format: 'jwk' }).d as string)
  agent = new SpoolingAgent(identity, () => running().map(({ url }) => url))
  agent.write(inventoryRecord([web]))
  await eventually(async () => agent.backlog === 0, 'the inventory to be stored')
  const { body } = await anyWeb().get<{ items: Container[] }>('/api/containers')
  container = body.items[0] as Container
})
afterAll(async () => {
  await agent.stop()
  await system.stop()
})

async function enroll(secret: string): Promise<Identity> {
  const facts = factsOf('machine')
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const key = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const request = { public_key: publicKey.export({ format: 'jwk' }).x, facts }
  const headers = { authorization: `Bearer ${secret}` }
  const { body } = await anyWeb().post<{ agent_id: string; server_key: string }>('/api/agents/enroll', request, headers)
  return { agentId: body.agent_id, serverKey: body.server_key, key, facts }
}

let written = 0
/** Lines and samples at a rate, until something has happened. */
async function writeUntil(what: () => Promise<void>) {
  const timer = setInterval(() => {
    const lines = Array.from({ length: 20 }, () => `line ${written++}`)
    agent.write(logRecord(web, lines), hostRecord(Date.now()))
  }, 10)
  await what()
  clearInterval(timer)
}

async function allLines(): Promise<LogLine[]> {
  const lines: LogLine[] = []
  for (let after = 0; ; ) {
    const path = `/api/containers/${container.id}/logs?limit=5000&after=${after}`
    const { body } = await anyWeb().get<LogPage>(path)
    lines.push(...body.items)
    after = body.items.at(-1)?.seq ?? 0
    if (!body.next_cursor) return lines
  }
}

async function expectEverything() {
  await eventually(async () => agent.backlog === 0, 'everything to be stored')
  const lines = await allLines()
  expect(lines).toHaveLength(written)
  expect(lines.findIndex(({ message }, i) => message !== `line ${i}`)).toBe(-1)
}

const acknowledge = async (more: number) => {
  const from = written
  await eventually(async () => written - from >= more, 'lines to be written')
}

test('web processes that are killed lose and double nothing', async () => {
  await writeUntil(async () => {
    for (let i = 0; i < 3; i++) {
      await acknowledge(200)
      const before = agent.connections
      await system.web(i % 2).kill()
      system.webs.splice(i % 2, 1, await system.startNode('web'))
      await acknowledge(200)
      // a process that did not have the connection is killed unnoticed
      if (agent.connections === before) await system.web((i + 1) % 2).kill()
      if (!system.web((i + 1) % 2).isRunning()) system.webs.splice((i + 1) % 2, 1, await system.startNode('web'))
    }
  })
  await expectEverything()
  expect(agent.connections).toBeGreaterThan(2)
})

test('neither do PostgreSQL and Redis that are killed', async () => {
  const { postgres, redis } = system.parts
  await writeUntil(async () => {
    await acknowledge(200)
    await postgres.kill()
    await postgres.restart()
    await acknowledge(200)
    await redis.kill()
    await redis.restart()
    await acknowledge(200)
  })
  await expectEverything()
})

test('a command is carried out once, whoever is killed meanwhile', async () => {
  const before = agent.commands.length
  const ids: string[] = []
  for (let i = 0; i < 4; i++) {
    const path = `/api/containers/${container.id}/restart`
    const { body } = await anyWeb().post<{ command: ContainerCommand }>(path, { reason: `time ${i}` })
    ids.push(body.command.id)
    if (i === 1) await system.worker().kill()
    if (i === 2) {
      await system.web(0).kill()
      system.webs.splice(0, 1, await system.startNode('web'))
    }
  }
  system.workers.splice(0, 1, await system.startNode('worker'))
  for (const id of ids) {
    await eventually(async () => {
      const { body } = await anyWeb().get<ContainerCommand>(`/api/commands/${id}`)
      return body.status === 'succeeded'
    }, 'the command to succeed')
    await eventually(async () => {
      const { body } = await anyWeb().get<{ status: string }>(`/api/jobs/${id}`)
      return body.status === 'completed'
    }, 'the job to end')
  }
  expect(agent.commands.slice(before).map(({ id }) => id)).toEqual(ids)
})
