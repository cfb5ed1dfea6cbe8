import type { AuditEntry } from '../../../src/access'
import { createMaintenance } from '../../../src/alerts/silences/maintenance'
import { MuteMemory } from '../../../src/alerts/silences/mute-memory'
import { DEFAULT_TENANT_ID } from '../../../src/api'
import { createDb, type Db } from '../../../src/base/db'
import { newId } from '../../../src/base/ids'
import type { Matcher } from '../../../src/contract/matchers'
import type { HistoryState } from '../../../src/contract/monitor-history'
import type { PublicStatus, StatusPage } from '../../../src/contract/status-pages'
import { createStatusPages } from '../../../src/monitors/status-pages'
import { quietLog, testDatabase } from '../../support/parts'
import { startSite } from '../../web/site'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** Since when a monitor was in which state, in ms since 1970. */
export type Changes = [at: number, state: HistoryState][]

export interface MonitorGiven {
  tenantId?: string
  name?: string
  enabled?: boolean
  labels?: Record<string, string>
  status?: 'up' | 'down' | 'pending'
  changes?: Changes
}

/** A monitor as the scheduler would leave it. @returns its id */
export async function addMonitor(db: Db, given: MonitorGiven = {}): Promise<string> {
  const { tenantId = DEFAULT_TENANT_ID, name = 'API', status = 'up', enabled = true, labels = {}, changes = [] } = given
  const id = newId()
  await db('monitors').insert({
    ...{ id, tenant_id: tenantId, name, labels, enabled, shard: 0, type: 'http', target: 'http://secret.internal/' },
    ...{ interval_seconds: 60, timeout_ms: 10_000, retries: 0, retry_interval_seconds: 5, confirm_up: 1 },
    ...{ settings: {}, created_by: {} },
  })
  await db('monitor_states').insert({
    ...{ monitor_id: id, tenant_id: tenantId, status },
    ...{ error_code: 'refused', error_message: 'secret.internal refused the connection' },
  })
  for (const [at, state] of changes)
    await db('monitor_changes').insert({ monitor_id: id, tenant_id: tenantId, at: new Date(at), state })
  return id
}

/** A window from and until some ms from now. */
export async function addWindow(db: Db, name: string, matchers: Matcher[], [from, until]: [number, number]) {
  const at = (ms: number) => new Date(Date.now() + ms)
  await db('maintenance_windows').insert({
    ...{ id: newId(), tenant_id: DEFAULT_TENANT_ID, name, matchers: JSON.stringify(matchers), created_by: 'Ada' },
    ...{ starts_at: at(from), ends_at: at(until) },
  })
  await db.raw(
    `INSERT INTO alert_heads (tenant_id, mute_version) VALUES (?, 1)
     ON CONFLICT (tenant_id) DO UPDATE SET mute_version = alert_heads.mute_version + 1`,
    [DEFAULT_TENANT_ID],
  )
}

/** The web server with status pages. @param given a PostgreSQL server that the test stops */
export async function startPages(given?: { url: string }) {
  const database = given ? { ...given, drop: async () => undefined } : await testDatabase()
  const db = createDb(database.url, 4)
  const maintenance = createMaintenance(new MuteMemory(db, quietLog))
  const records: AuditEntry[] = []
  const audit = { record: async (entry: AuditEntry) => void records.push(entry) }
  const { endpoints, mount } = createStatusPages({ db, audit, maintenance })
  const site = await startSite({ databaseUrl: database.url, endpoints: () => endpoints, mounts: [mount] })
  const visit = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    site.ask(method, `/status/${path}`, { as: null, headers })
  return {
    ...site,
    db,
    records,
    visit,
    create: async (body: object, as = site.adminToken): Promise<StatusPage> => {
      const answer = await site.ask('POST', '/api/status-pages', { body, as })
      if (answer.status !== 201) throw new Error(answer.text)
      return answer.body
    },
    statusOf: async (slug: string): Promise<PublicStatus> => (await visit(`${slug}.json`)).body,
    async stop() {
      await db.destroy()
      await site.stop()
      await database.drop()
    },
  }
}

export type Pages = Awaited<ReturnType<typeof startPages>>
