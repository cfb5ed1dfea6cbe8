import { Writable } from 'node:stream'
import { DEFAULT_TENANT_ID } from '../../src/api'
import { createDb } from '../../src/base/db'
import { hashSecret, newId, newSecret } from '../../src/base/ids'
import { startParts } from '../../src/base/lifecycle'
import { createLog } from '../../src/base/log'
import type { Agent, Answer, Enrollment } from '../../src/fleet/agent'
import { createHosts } from '../../src/fleet/hosts'
import { testDatabase, testRedisPrefix, testRedisUrl } from '../support/parts'
import { type Place, processParts } from '../support/process'
import { rows } from '../support/rows'

export const tenantId = DEFAULT_TENANT_ID

/** The hosts part of one process, with its own connections. Several of them simulate several processes. */
async function startNode(place: Place) {
  const records: { level: string; message: string; [field: string]: unknown }[] = []
  const output = new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).split('\n')) if (line) records.push(JSON.parse(line))
      done()
    },
  })
  const log = createLog({ level: 'debug', format: 'json', output })
  const { db, metrics, streams, database } = processParts(place, { log, service: 'web', shutdownMs: 5_000 })
  const settings = { holdMs: 10_000, heartbeatMs: 5_000, publicUrl: undefined, ownCertificate: undefined }
  const audit = { record: async () => undefined }
  const hosts = createHosts({ db, streams, bus: streams.bus, log, metrics, audit, settings })
  streams.register(hosts.family)
  const statements: string[] = []
  db.on('query', ({ sql }: { sql: string }) => statements.push(sql))
  const stop = await startParts([database, streams, hosts])
  return { db, hosts, streams, metrics, records, statements, stop }
}

export type HostsNode = Awaited<ReturnType<typeof startNode>>

/** Creates a database with one enroll secret; nodes started on it are stopped together. */
export async function createHostsPlace(parts?: { databaseUrl: string; redisUrl: string }) {
  const database = parts ? undefined : await testDatabase()
  const place = {
    databaseUrl: parts?.databaseUrl ?? database?.url ?? '',
    redisUrl: parts?.redisUrl ?? testRedisUrl(),
    prefix: testRedisPrefix(),
  }
  const db = createDb(place.databaseUrl, 2)
  const nodes: HostsNode[] = []
  await db('tenants').insert({ id: tenantId, name: 'default' }).onConflict('id').ignore()
  const addSecret = async (tenant = tenantId) => {
    const secret = newSecret('tre')
    const by = JSON.stringify({ type: 'system', id: null, name: 'test' })
    const row = { id: newId(), tenant_id: tenant, name: 'test', hash: hashSecret(secret), created_by: by }
    await db('enroll_secrets').insert(row)
    return { id: row.id, secret }
  }
  const { secret } = await addSecret()
  return {
    ...place,
    db,
    secret,
    addSecret,
    async addTenant() {
      const id = newId()
      await db('tenants').insert({ id, name: id })
      return id
    },
    start: async () => {
      const node = await startNode(place)
      nodes.push(node)
      return node
    },
    stop: async () => {
      await Promise.all(nodes.map(node => node.stop()))
      await db.destroy()
      await database?.drop()
    },
    hostRows: () => db('hosts').orderBy('id'),
    /** The tenant's events, in order. */
    events: () => entriesOf(db, 'events'),
    entriesOf: (topic: string) => entriesOf(db, topic),
  }
}

export type HostsPlace = Awaited<ReturnType<typeof createHostsPlace>>

interface Stored {
  kind: string
  // biome-ignore lint/suspicious/noExplicitAny: entries have any JSON
  data: any
}

async function entriesOf(db: HostsNode['db'], name: string): Promise<Stored[]> {
  const found = await rows<{ kind: string; data: string }>(
    db,
    `SELECT e.kind, e.data FROM stream_entries e JOIN stream_topics t ON t.id = e.topic_id
     WHERE t.tenant_id = ? AND t.name = ? ORDER BY e.seq`,
    [tenantId, name],
  )
  return found.map(({ kind, data }) => ({ kind, data: JSON.parse(data) }))
}

/** An agent's enrollment request. */
export function enrollment(
  secret: string,
  hostIdentifier: string,
  more: { instance?: string; hostname?: string } = {},
) {
  const { instance = `instance-of-${hostIdentifier}`, hostname = `${hostIdentifier}.example` } = more
  const request: Enrollment = {
    secret,
    hostIdentifier,
    platformType: '9',
    details: {
      os_version: { name: 'Debian GNU/Linux', version: '12', platform: 'debian' },
      osquery_info: { version: '5.23.1', instance_id: instance },
      system_info: { hostname, uuid: hostIdentifier, hardware_serial: '-1' },
      platform_info: { vendor: 'Example' },
    },
  }
  return request
}

/** Enrolls. @returns the agent */
export async function join(node: HostsNode, request: Enrollment): Promise<Agent & { key: string }> {
  const key = await node.hosts.enroll(request)
  const agent = key === undefined ? undefined : await node.hosts.agentOf(key)
  if (!key || !agent) throw new Error(`${request.hostIdentifier} could not enroll`)
  return { ...agent, key }
}

export const answer = (queryId: string, rows: Answer['rows'], failed = false): Answer => ({
  queryId,
  rows,
  failed,
  message: failed ? 'no such table' : '',
  stats: null,
  truncated: false,
})
