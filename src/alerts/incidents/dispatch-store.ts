import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows, oneRow, storedJson } from '../../base/rows'
import { alertSource } from '../../contract/alerts'
import { labelSet } from '../../contract/matchers'
import { RESOLVED_BY } from '../../contract/values'

const dispatchRow = z.object({
  version: z.number(),
  after_id: z.string(),
  mute_version: z.number(),
  routing_version: z.number(),
  round: z.number(),
  incident_number: z.number(),
})
/** How far the changes of a tenant's alerts have been dispatched. */
export type DispatchRow = z.output<typeof dispatchRow>
const DISPATCH = Object.keys(dispatchRow.shape).join(', ')

/** Stands for all rows of a version. */
export const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** @param waits false: returns undefined while another process is at work for the tenant */
export async function lockDispatch(
  trx: Transaction,
  tenantId: string,
  waits: boolean,
): Promise<DispatchRow | undefined> {
  const lock = waits ? 'FOR UPDATE' : 'FOR UPDATE SKIP LOCKED'
  const read = () =>
    firstRow(trx, dispatchRow, `SELECT ${DISPATCH} FROM alert_dispatch WHERE tenant_id = ? ${lock}`, [tenantId])
  const found = await read()
  if (found) return found
  // There is none before the first dispatch of a tenant.
  await trx.raw('INSERT INTO alert_dispatch (tenant_id) VALUES (?) ON CONFLICT DO NOTHING', [tenantId])
  return read()
}

const nextRow = z.object({ next_at: z.date().nullable() })

/**
 * Stores how far a tenant has been dispatched, once its groups are stored.
 * @param validUntil when a silence or window begins or ends
 * @returns when there is something to do although nothing changes: then, or when the next group is due
 */
export async function storeDispatch(
  trx: Transaction,
  tenantId: string,
  row: DispatchRow,
  validUntil: Date | null,
): Promise<Date | null> {
  const { next_at } = await oneRow(
    trx,
    nextRow,
    `UPDATE alert_dispatch SET version = :version, after_id = :after_id, mute_version = :mute_version,
       routing_version = :routing_version, round = :round, incident_number = :incident_number,
       next_at = least((SELECT min(next_flush_at) FROM alert_groups WHERE tenant_id = :tenantId), :validUntil::timestamptz)
     WHERE tenant_id = :tenantId RETURNING next_at`,
    { ...row, tenantId, validUntil },
  )
  return next_at
}

const changedRow = z.object({
  id: z.string(),
  version: z.number(),
  created_version: z.number(),
  fingerprint: z.string(),
  source: alertSource,
  labels: z.string(),
  annotations: z.string(),
  links: z.string(),
  generator_url: z.string().nullable(),
  starts_at: z.date(),
  resolved_at: z.date().nullable(),
  resolved_by: z.enum(RESOLVED_BY).nullable(),
})
const CHANGED = Object.keys(changedRow.shape).join(', ')

/** An occurrence as it is stored. */
export type StoredAlert = ReturnType<typeof readStored>

const readStored = (row: z.output<typeof changedRow>) => ({
  id: row.id,
  version: row.version,
  createdVersion: row.created_version,
  fingerprint: row.fingerprint,
  source: row.source,
  labels: storedJson(labelSet, row.labels),
  annotations: storedJson(labelSet, row.annotations),
  links: storedJson(labelSet, row.links),
  generatorUrl: row.generator_url,
  startsAt: row.starts_at.getTime(),
  resolvedAt: row.resolved_at?.getTime() ?? null,
  resolvedBy: row.resolved_by,
})

/** What has changed after a place, up to a version, in the order of versions. */
export async function changedAlerts(
  trx: Transaction,
  tenantId: string,
  { version, after_id }: Pick<DispatchRow, 'version' | 'after_id'>,
  until: number,
  limit: number,
): Promise<StoredAlert[]> {
  const rows = await manyRows(
    trx,
    changedRow,
    `SELECT ${CHANGED} FROM alerts WHERE tenant_id = :tenantId AND version >= :version AND version <= :until
       AND (version, id) > (:version, :after_id::uuid) ORDER BY version, id LIMIT :limit`,
    { tenantId, version, after_id, until, limit },
  )
  return rows.map(readStored)
}

/** Some occurrences, open or not. */
export async function alertsById(trx: Transaction, tenantId: string, ids: readonly string[]): Promise<StoredAlert[]> {
  if (!ids.length) return []
  const rows = await manyRows(
    trx,
    changedRow,
    `SELECT ${CHANGED} FROM alerts WHERE tenant_id = ? AND id = ANY(?::uuid[])`,
    [tenantId, ids],
  )
  return rows.map(readStored)
}

/** Tenants for which there is something to dispatch. */
export async function tenantsWithWork(db: Db, now: Date, limit: number): Promise<string[]> {
  const rows = await manyRows(
    db,
    z.object({ tenant_id: z.string() }),
    `SELECT h.tenant_id FROM alert_heads h LEFT JOIN alert_dispatch d ON d.tenant_id = h.tenant_id
     WHERE h.version > coalesce(d.version, 0) OR h.mute_version <> coalesce(d.mute_version, 0)
       OR h.routing_version <> coalesce(d.routing_version, 0) OR d.next_at <= ? LIMIT ?`,
    [now, limit],
  )
  return rows.map(row => row.tenant_id)
}

/** Whether there is something to dispatch for a tenant, and if not, when there will be although nothing changes. */
export async function workOf(db: Db, tenantId: string, now: Date): Promise<{ isDue: boolean; nextAt: Date | null }> {
  const row = await firstRow(
    db,
    z.object({ is_due: z.boolean(), next_at: z.date().nullable() }),
    `SELECT h.version > coalesce(d.version, 0) OR h.mute_version <> coalesce(d.mute_version, 0)
       OR h.routing_version <> coalesce(d.routing_version, 0) OR coalesce(d.next_at <= ?, false) AS is_due, d.next_at
     FROM alert_heads h LEFT JOIN alert_dispatch d ON d.tenant_id = h.tenant_id WHERE h.tenant_id = ?`,
    [now, tenantId],
  )
  return { isDue: row?.is_due ?? false, nextAt: row?.next_at ?? null }
}
