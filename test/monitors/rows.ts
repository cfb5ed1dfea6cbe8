import { randomUUID } from 'node:crypto'
import { DEFAULT_TENANT_ID } from '../../src/api'
import type { Db } from '../../src/base/db'
import { hashSecret, newSecret } from '../../src/base/ids'
import type { Role } from '../../src/contract/access'
import { rows } from '../support/rows'

const BY = JSON.stringify({ type: 'user', id: 'test', name: 'test' })

/** Adds another tenant. */
export async function addTenant(db: Db): Promise<string> {
  const id = randomUUID()
  await db('tenants').insert({ id, name: `Tenant ${id}` })
  return id
}

/** Headers with a new token. */
export async function headersOf(db: Db, role: Role, tenantId = DEFAULT_TENANT_ID) {
  const token = newSecret('trt')
  await db('api_tokens').insert({
    ...{ id: randomUUID(), tenant_id: tenantId, name: `${role} ${token.slice(-8)}`, role, created_by: BY },
    secret_hash: hashSecret(token),
  })
  return { authorization: `Bearer ${token}` }
}

interface MonitorRow {
  name: string
  type?: string
  tenant_id?: string
  interval_seconds?: number
  labels?: Record<string, string>
  enabled?: boolean
  /** Columns of its state. */
  state?: Record<string, unknown>
}

/** Adds the row of a monitor, which nothing checks. */
export async function addMonitor(db: Db, { name, state, ...more }: MonitorRow): Promise<string> {
  const id = randomUUID()
  const { tenant_id = DEFAULT_TENANT_ID, type = 'http', interval_seconds = 60, labels = {}, enabled = true } = more
  await rows(
    db,
    `INSERT INTO monitors (id, tenant_id, shard, name, type, target, interval_seconds, timeout_ms, retries,
       retry_interval_seconds, confirm_up, settings, labels, enabled, created_by)
     VALUES (:id, :tenant_id, 0, :name, :type, 'x', :interval_seconds, 1000, 0, 5, 1, '{}', :labels, :enabled, :by)`,
    { id, tenant_id, name, type, interval_seconds, labels: JSON.stringify(labels), enabled, by: BY },
  )
  await db('monitor_states').insert({ monitor_id: id, tenant_id, ...state })
  return id
}

const STATUS: Record<string, number> = { u: 0, d: 1, m: 1, '?': 2 }
export const CHECK_EVERY_MS = 60_000

/**
 * Adds a check for each minute, the last a minute ago: `u` up, `d` down, `m` missed heartbeat, `?` unknown.
 * @returns their times
 */
export async function addChecks(
  db: Db,
  monitorId: string,
  letters: string,
  { latencyMs = 12, certificate = null }: { latencyMs?: number; certificate?: Buffer | null } = {},
): Promise<string[]> {
  const end = Date.now()
  const checks = [...letters].map((letter, index) => ({
    monitor_id: monitorId,
    tenant_id: DEFAULT_TENANT_ID,
    id: randomUUID(),
    checked_at: new Date(end - (letters.length - index) * CHECK_EVERY_MS),
    status: STATUS[letter],
    latency_ms: latencyMs,
    phases_ms: '{}',
    attempts: 1,
    made_by: 'schedule',
    failure: letter === 'm' ? JSON.stringify({ error: { code: 'heartbeat_missed', message: '\0' } }) : null,
    certificate,
  }))
  await db.batchInsert('monitor_checks', checks, 500)
  return checks.map(({ checked_at }) => checked_at.toISOString())
}
