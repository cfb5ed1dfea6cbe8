import { createHash, randomUUID } from 'node:crypto'
import { DEFAULT_TENANT_ID } from '../../src/api'
import { startParts } from '../../src/base/lifecycle'
import type { Agent, LogBatch, LoggedLine, ScheduledRow } from '../../src/fleet/agent'
import { createSchedules } from '../../src/fleet/schedules'
import { quietLog, testDatabase, testRedisPrefix, testRedisUrl } from '../support/parts'
import { type Place, processParts } from '../support/process'
import { rows } from '../support/rows'

/** The schedules part of one process, with its own connections. Several of them simulate several processes. */
export async function startNode(place: Place, settings: { holdMs?: number } = {}) {
  const { db, metrics, streams, database } = processParts(place, { log: quietLog, service: 'web', shutdownMs: 4_000 })
  const schedules = createSchedules({
    db,
    streams,
    metrics,
    log: quietLog,
    audit: { record: async () => undefined },
    settings: { holdMs: 10_000, heartbeatMs: 5_000, ...settings },
  })
  const stop = await startParts([database, streams, schedules])
  return { db, streams, schedules, metrics, stop }
}

export type Node = Awaited<ReturnType<typeof startNode>>

/** Creates a database; nodes started on it are stopped together. */
export async function createPlace() {
  const database = await testDatabase()
  const place: Place = { databaseUrl: database.url, redisUrl: testRedisUrl(), prefix: testRedisPrefix() }
  const nodes: Node[] = []
  return {
    place,
    start: async (settings: { holdMs?: number } = {}) => {
      const node = await startNode(place, settings)
      nodes.push(node)
      return node
    },
    stop: async () => {
      await Promise.all(nodes.map(node => node.stop()))
      await database.drop()
    },
  }
}

/** Inserts a host as if it had enrolled. */
export async function addHost({ db }: Pick<Node, 'db'>, more: Partial<Agent> = {}): Promise<Agent> {
  const hostId = randomUUID()
  const agent = {
    tenantId: DEFAULT_TENANT_ID,
    hostId,
    hostIdentifier: `id-${hostId}`,
    hostname: 'web-07',
    platform: 'debian',
    ...more,
  }
  await db('tenants').insert({ id: agent.tenantId, name: 'Test' }).onConflict().ignore()
  await db('hosts').insert({
    id: agent.hostId,
    tenant_id: agent.tenantId,
    host_identifier: agent.hostIdentifier,
    hostname: agent.hostname,
    platform: agent.platform,
    node_key_hash: randomUUID(),
  })
  return agent
}

const digestOf = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest()

/** A line with one row, identified by its number. */
export function resultLine(no: number, more: Partial<ScheduledRow> = {}, truncated = false): LoggedLine {
  const row: ScheduledRow = {
    name: 'pack_base_up',
    action: 'added',
    at: new Date(1_788_256_800_000 + no),
    epoch: 0,
    counter: no,
    columns: { no: String(no) },
    decorations: { hostname: 'web-07' },
    ...more,
  }
  return { digest: digestOf(row), rows: [row], truncated }
}

export function statusLine(no: number, severity = 0): LoggedLine {
  const status = {
    at: new Date(),
    severity,
    filename: 'tls.cpp',
    line: 254,
    message: `message ${no}`,
    version: '5.23.1',
  }
  return { digest: digestOf(no), status }
}

export const results = (lines: LoggedLine[], dropped = 0): LogBatch => ({ type: 'result', lines, dropped })
export const statuses = (lines: LoggedLine[], dropped = 0): LogBatch => ({ type: 'status', lines, dropped })
export const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

/** Numbers of the stored lines, in order. */
export async function storedNumbers({ db }: Pick<Node, 'db'>, { hostId }: Agent): Promise<number[]> {
  const found = await rows<{ counter: number }>(
    db,
    'SELECT counter FROM scheduled_results WHERE host_id = ? ORDER BY id',
    [hostId],
  )
  return found.map(({ counter }) => counter)
}

/** The host's log lines. */
export async function hostLog({ db, streams }: Pick<Node, 'db' | 'streams'>, { hostId }: Agent) {
  await streams.flush()
  return rows<{ line: number; level: string; source: string; message: string; truncated: boolean; data: string }>(
    db,
    `SELECT e.line, e.level, e.source, e.message, e.truncated, e.data FROM stream_entries e
     JOIN stream_topics t ON t.id = e.topic_id WHERE t.name = ? ORDER BY e.seq`,
    [`hostlog:${hostId}`],
  )
}
