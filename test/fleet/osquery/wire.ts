import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import type { Log } from '../../../src/base/log'
import { createMetrics } from '../../../src/base/metrics'
import type { Agent, AgentApi, Answer, CarveBlock, CarveStart, Enrollment, LogBatch } from '../../../src/fleet/agent'
import { osqueryMount } from '../../../src/fleet/osquery'
import { quietLog } from '../../support/parts'

export const AGENT: Agent = {
  tenantId: 'tenant',
  hostId: 'host',
  hostIdentifier: 'web-07',
  hostname: 'web-07',
  platform: 'debian',
}

export interface Reply {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read responses of every shape
  body: any
}

function keep<T>(list: T[], item: T): T {
  list.push(item)
  return item
}

/** The routes on a real server, with an API that records its calls. The valid node key is `k-1`. */
export async function startWire(overrides: Partial<AgentApi> = {}, log: Log = quietLog) {
  const enrolled: Enrollment[] = []
  const written: Answer[][] = []
  const logged: LogBatch[] = []
  const started: CarveStart[] = []
  const blocks: CarveBlock[] = []
  const api: AgentApi = {
    enroll: async request => (keep(enrolled, request).secret === 's3' ? 'k-1' : undefined),
    agentOf: async key => (key === 'k-1' ? AGENT : undefined),
    config: async () => ({ options: { distributed_interval: 10 } }),
    read: async () => ({ queries: {} }),
    write: async (_agent, answers) => void written.push(answers),
    log: async (_agent, batch) => void logged.push(batch),
    hasCarve: async sessionId => sessionId === 'abc',
    carveInit: async (_agent, start) => (keep(started, start).requestId === 'q-19' ? 'abc' : undefined),
    carveBlock: async block => keep(blocks, block).sessionId === 'abc',
    ...overrides,
  }
  const metrics = createMetrics()
  const mount = osqueryMount({ api, log, metrics })
  const app = express()
  app.use(mount.path, mount.handler)
  const server = createServer(app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/osquery`
  return {
    enrolled,
    written,
    logged,
    started,
    blocks,
    port,
    url,
    /** @param body sent as JSON unless it is text or bytes */
    async post(route: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
      const response = await fetch(`${url}/${route}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
      })
      return replyOf(response)
    },
    async heldBytes(): Promise<number> {
      const metric = await metrics.getSingleMetric('tailrace_agent_body_bytes')?.get()
      return metric?.values[0]?.value ?? Number.NaN
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export type Wire = Awaited<ReturnType<typeof startWire>>

export async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
}
