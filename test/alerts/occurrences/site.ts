import { createOccurrences, type IncomingAlert, type Occurrences } from '../../../src/alerts/occurrences'
import type { Db } from '../../../src/base/db'
import { newId } from '../../../src/base/ids'
import { startParts } from '../../../src/base/lifecycle'
import { quietLog, testDatabase, testRedisPrefix, testRedisUrl } from '../../support/parts'
import { processParts } from '../../support/process'

/** One process that accepts alerts. */
export interface Node extends Occurrences {
  db: Db
  streams: ReturnType<typeof processParts>['streams']
  stop(): Promise<void>
}

/** A database with tenants, and processes on it. */
export async function alertSite() {
  const database = await testDatabase()
  const place = { databaseUrl: database.url, redisUrl: testRedisUrl(), prefix: testRedisPrefix() }
  const nodes: Node[] = []
  return {
    /** @param through how alerts use the database, default: directly */
    async start({ openMax, through }: { openMax?: number; through?: (db: Db) => Db } = {}): Promise<Node> {
      const log = quietLog
      const { db, streams, database } = processParts(place, { log, service: 'worker', shutdownMs: 2_000 })
      const used = through?.(db) ?? db
      const occurrences = createOccurrences({ db: used, log, bus: streams.bus, streams, openMax })
      const stopParts = await startParts([database, streams, occurrences.part])
      let stopping: Promise<void> | undefined
      const stop = () => (stopping ??= stopParts())
      const node = { ...occurrences, db, streams, stop }
      nodes.push(node)
      return node
    },
    async stop() {
      for (const node of nodes.splice(0).reverse()) await node.stop()
      await database.drop()
    },
  }
}

export async function newTenant({ db }: Node): Promise<string> {
  const id = newId()
  await db('tenants').insert({ id, name: id })
  return id
}

/** A report, by default of an alert that fires for as long as it is repeated. */
export const report = (name: string, more: Partial<IncomingAlert> = {}): IncomingAlert => ({
  labels: { alertname: name, job: 'test' },
  annotations: { summary: `${name} is wrong` },
  generatorUrl: null,
  startsAt: null,
  endsAt: null,
  source: 'api',
  links: {},
  ...more,
})

export interface Row {
  id: string
  fingerprint: string
  labels: string
  annotations: string
  starts_at: Date
  ends_at: Date | null
  has_given_end: boolean
  resolved_at: Date | null
  resolved_by: string | null
  version: number
  created_version: number
}

/** All occurrences of a tenant, the oldest first. */
export const rowsOf = ({ db }: Node, tenantId: string): Promise<Row[]> =>
  db('alerts').where({ tenant_id: tenantId }).orderBy('id')

export const versionOf = async ({ db }: Node, tenantId: string): Promise<number> =>
  (await db('alert_heads').where({ tenant_id: tenantId }).first())?.version ?? 0

/** What a process has in memory, without the version in which it read it. */
export const memoryOf = async ({ open }: Node, tenantId: string) =>
  (await open.of(tenantId)).all().map(({ id, fingerprint, startsAt }) => ({ id, fingerprint, startsAt }))

export const MINUTE_MS = 60_000
