import { type Db, likePattern, type Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { countRow, firstRow, idRow, idsOf, manyRows, oneRow } from '../../base/rows'
import { actor } from '../../contract/access'
import { labelSet } from '../../contract/matchers'
import { monitorType } from '../../contract/monitor-settings'
import type { MonitorSelection } from '../../contract/monitors'

/** Monitors are divided among processes by shard; the same number as in the migration. */
export const SHARDS = 64
/** Of a UUIDv7, whose last digits are random. */
const shardOf = (id: string) => Number.parseInt(id.slice(-2), 16) % SHARDS

export const monitorRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  shard: z.number(),
  name: z.string(),
  type: monitorType,
  target: z.string().nullable(),
  interval_seconds: z.number(),
  timeout_ms: z.number(),
  retries: z.number(),
  retry_interval_seconds: z.number(),
  confirm_up: z.number(),
  settings: z.record(z.string(), z.unknown()),
  secrets: z.string().nullable(),
  secret_names: z.array(z.string()),
  labels: labelSet,
  enabled: z.boolean(),
  created_by: actor,
  created_at: z.date(),
  updated_at: z.date(),
})
export type MonitorRow = z.output<typeof monitorRow>
/** What people decide on. */
export type MonitorValues = Omit<MonitorRow, 'shard' | 'created_at' | 'updated_at'>

export const MONITOR = Object.keys(monitorRow.shape)
  .map(name => `m.${name}`)
  .join(', ')

/** Columns as in a statement that reads monitors from JSON, which is quick for thousands of them. */
const RECORD = `id uuid, tenant_id uuid, shard smallint, name text, type text, target text, interval_seconds integer,
  timeout_ms integer, retries smallint, retry_interval_seconds integer, confirm_up smallint, settings jsonb, secrets text,
  secret_names text[], labels jsonb, enabled boolean, push_hash text, created_by jsonb`

/** Creates monitors with their states and the beginning of their history. @returns their shards */
export async function insertMonitors(
  trx: Transaction,
  monitors: readonly (MonitorValues & { push_hash: string | null })[],
): Promise<number[]> {
  const rows = monitors.map(values => ({ ...values, shard: shardOf(values.id) }))
  await trx.raw(
    `WITH added AS (
       INSERT INTO monitors (id, tenant_id, shard, name, type, target, interval_seconds, timeout_ms, retries,
         retry_interval_seconds, confirm_up, settings, secrets, secret_names, labels, enabled, push_hash, created_by)
       SELECT * FROM jsonb_to_recordset(CAST(? AS jsonb)) AS r(${RECORD})
       RETURNING id, tenant_id, CASE WHEN enabled THEN 'pending' ELSE 'paused' END AS state
     ), states AS (
       INSERT INTO monitor_states (monitor_id, tenant_id, history_state) SELECT id, tenant_id, state FROM added
     )
     INSERT INTO monitor_changes (monitor_id, tenant_id, at, state) SELECT id, tenant_id, now(), state FROM added`,
    [JSON.stringify(rows)],
  )
  return rows.map(({ shard }) => shard)
}

/** The monitors have been locked. */
export async function updateMonitors(trx: Transaction, monitors: readonly MonitorValues[]): Promise<void> {
  await trx.raw(
    `UPDATE monitors m SET name = r.name, target = r.target, interval_seconds = r.interval_seconds,
       timeout_ms = r.timeout_ms, retries = r.retries, retry_interval_seconds = r.retry_interval_seconds,
       confirm_up = r.confirm_up, settings = r.settings, secrets = r.secrets, secret_names = r.secret_names,
       labels = r.labels, updated_at = now()
     FROM jsonb_to_recordset(CAST(? AS jsonb)) AS r(${RECORD}) WHERE m.tenant_id = r.tenant_id AND m.id = r.id`,
    [JSON.stringify(monitors)],
  )
}

export async function setPushHash(trx: Transaction, tenantId: string, id: string, hash: string): Promise<void> {
  await trx.raw('UPDATE monitors SET push_hash = ?, updated_at = now() WHERE tenant_id = ? AND id = ?', [
    hash,
    tenantId,
    id,
  ])
}

export async function setEnabled(trx: Transaction, tenantId: string, ids: string[], enabled: boolean): Promise<void> {
  await trx.raw('UPDATE monitors SET enabled = ?, updated_at = now() WHERE tenant_id = ? AND id = ANY(?::uuid[])', [
    enabled,
    tenantId,
    ids,
  ])
}

/** Tells the processes that check these monitors to read them again. */
export async function touchShards(trx: Transaction, shards: readonly number[]): Promise<void> {
  await trx.raw('UPDATE monitor_shard_versions SET version = version + 1 WHERE shard = ANY(?::smallint[])', [
    [...new Set(shards)],
  ])
}

/** Any fixed number. */
const CHANGES_LOCK = 7_216_070

/** Lets one process at a time change monitors, so that changes never wait for each other in a circle. */
export async function lockChanges(trx: Transaction): Promise<void> {
  await trx.raw('SELECT pg_advisory_xact_lock(?)', [CHANGES_LOCK])
}

export async function deleteMonitors(trx: Transaction, tenantId: string, ids: string[]): Promise<void> {
  await trx.raw('DELETE FROM monitors WHERE tenant_id = ? AND id = ANY(?::uuid[])', [tenantId, ids])
}

export const findMonitor = (db: Db | Transaction, tenantId: string, id: string) =>
  firstRow(db, monitorRow, `SELECT ${MONITOR} FROM monitors m WHERE m.tenant_id = ? AND m.id = ?`, [tenantId, id])

/** In the order of their ids, which all lock in. */
export const lockMonitors = (trx: Transaction, tenantId: string, ids: readonly string[]) =>
  manyRows(
    trx,
    monitorRow,
    `SELECT ${MONITOR} FROM monitors m WHERE m.tenant_id = ? AND m.id = ANY(?::uuid[]) ORDER BY m.id FOR UPDATE`,
    [tenantId, ids],
  )

export async function countMonitors(db: Db | Transaction, tenantId: string): Promise<number> {
  return (await oneRow(db, countRow, 'SELECT count(*) AS count FROM monitors WHERE tenant_id = ?', [tenantId])).count
}

/** Ids of the monitors that a selection means, at most `limit`. */
export async function selectMonitors(
  db: Db | Transaction,
  tenantId: string,
  { ids, status, type, q, labels }: MonitorSelection,
  limit: number,
): Promise<string[]> {
  const found = await manyRows(
    db,
    idRow,
    `SELECT m.id FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id WHERE m.tenant_id = :tenantId
       AND (CAST(:ids AS uuid[]) IS NULL OR m.id = ANY(:ids))
       AND (CAST(:types AS text[]) IS NULL OR m.type = ANY(:types))
       AND (CAST(:statuses AS text[]) IS NULL OR (CASE WHEN m.enabled THEN s.status ELSE 'paused' END) = ANY(:statuses))
       AND (CAST(:like AS text) IS NULL OR m.name ILIKE :like OR m.target ILIKE :like OR m.labels::text ILIKE :like)
       AND m.labels @> CAST(:labels AS jsonb)
     ORDER BY m.id LIMIT :limit`,
    {
      tenantId,
      ids: ids ?? null,
      types: type ?? null,
      statuses: status ?? null,
      like: q === undefined ? null : likePattern(q),
      labels: JSON.stringify(labels ?? {}),
      limit,
    },
  )
  return idsOf(found)
}

/** All monitors of a tenant by name. */
export const allMonitors = (db: Db | Transaction, tenantId: string) =>
  manyRows(db, monitorRow, `SELECT ${MONITOR} FROM monitors m WHERE m.tenant_id = ? ORDER BY m.name, m.id`, [tenantId])

const labelRow = z.object({ name: z.string(), value: z.string(), count: z.number() })

export const labelCounts = (db: Db, tenantId: string) =>
  manyRows(
    db,
    labelRow,
    `SELECT l.key AS name, l.value, count(*)::integer AS count FROM monitors m, jsonb_each_text(m.labels) AS l
     WHERE m.tenant_id = ? GROUP BY 1, 2 ORDER BY count DESC, 1, 2 LIMIT 1000`,
    [tenantId],
  )
