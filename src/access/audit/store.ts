import type { Db, Transaction } from '../../base/db'
import { firstIdAt } from '../../base/ids'
import { z } from '../../base/parse'
import { builtRows, firstRow, idRow, manyRows, oneRow } from '../../base/rows'
import { lowPriority } from '../../base/table-store'
import { type Actor, actor } from '../../contract/access'
import { type AuditRecord, auditRecord } from '../../contract/audit'

const auditRow = z.object({
  id: z.string(),
  at: z.date(),
  actor_type: actor.shape.type,
  actor_id: z.string().nullable(),
  actor_name: z.string(),
  action: z.string(),
  target_type: z.string().nullable(),
  target_id: z.string().nullable(),
  reason: z.string().nullable(),
  result: auditRecord.shape.result,
  /** Encoded JSON. */
  data: z.string().nullable(),
})
export type AuditRow = z.output<typeof auditRow>

type NewAuditRow = Omit<AuditRow, 'at'> & { tenant_id: string }

/**
 * @param isTold whether the caller publishes their events in the same transaction
 * @returns the time of the rows
 */
export async function addAuditRows(db: Db, rows: readonly NewAuditRow[], isTold: boolean): Promise<Date> {
  const [added] = await manyRows(
    db,
    auditRow.pick({ at: true }),
    `INSERT INTO audit_log
       (id, tenant_id, actor_type, actor_id, actor_name, action, target_type, target_id, reason, result, data, told)
     SELECT id, tenant_id, actor_type, actor_id, actor_name, action, target_type, target_id, reason, result, data, :isTold
     FROM json_to_recordset(:rows::json) AS r(id uuid, tenant_id uuid, actor_type text, actor_id text, actor_name text,
       action text, target_type text, target_id text, reason text, result text, data text)
     RETURNING at`,
    { rows: JSON.stringify(rows), isTold },
  )
  return added?.at ?? new Date()
}

const unpublishedRow = auditRow.omit({ reason: true, data: true }).extend({ tenant_id: z.string() })
export type UnpublishedRow = z.output<typeof unpublishedRow>

/** Marks rows as published. @returns those that were not yet */
export const takeUnpublished = (trx: Transaction, refs: { tenantId: string; id: string }[]) =>
  manyRows(
    trx,
    unpublishedRow,
    `UPDATE audit_log a SET told = true FROM (
       SELECT id FROM audit_log
       WHERE NOT told AND (tenant_id, id) IN (SELECT * FROM unnest(:tenantIds::uuid[], :ids::uuid[]))
       ORDER BY id FOR UPDATE) AS untold
     WHERE a.id = untold.id
     RETURNING a.id, a.tenant_id, a.at, a.actor_type, a.actor_id, a.actor_name, a.action, a.target_type, a.target_id,
       a.result`,
    { tenantIds: refs.map(ref => ref.tenantId), ids: refs.map(ref => ref.id) },
  )

/** Rows of all tenants that are at least `ageMs` old and not published, oldest first. */
export const unpublishedRows = (db: Db, ageMs: number, limit: number) =>
  manyRows(
    db,
    idRow.extend({ tenant_id: z.string() }),
    'SELECT id, tenant_id FROM audit_log WHERE NOT told AND id < :before ORDER BY id LIMIT :limit',
    { before: firstIdAt(new Date(Date.now() - ageMs)), limit },
  )

export interface AuditFilter {
  /** An id, or a full name in any case. */
  actor?: string | undefined
  actor_id?: string | undefined
  /** A whole action, or a noun with its dot: `job.`. */
  action?: string | undefined
  target_type?: string | undefined
  target_id?: string | undefined
  result?: string | undefined
  since?: string | undefined
  until?: string | undefined
}

/** Newest first: ids sort by time. */
export function listAuditRows(
  db: Db,
  {
    tenantId,
    filter,
    before,
    limit,
  }: { tenantId: string; filter: AuditFilter; before: string | undefined; limit: number },
): Promise<AuditRow[]> {
  const { since, until, actor, action, ...equal } = filter
  const query = db('audit_log')
    .select(Object.keys(auditRow.shape))
    .where({ tenant_id: tenantId })
    .orderBy('id', 'desc')
    .limit(limit)
  for (const [column, value] of Object.entries(equal)) if (value !== undefined) query.where(column, value)
  if (actor) query.whereRaw('(actor_id = :actor OR lower(actor_name) = lower(:actor))', { actor })
  if (action?.endsWith('.')) query.whereRaw('starts_with(action, :action)', { action })
  else if (action) query.where({ action })
  if (since) query.where('at', '>=', since)
  if (until) query.where('at', '<', until)
  if (before) query.where('id', '<', before)
  return builtRows(auditRow, query)
}

export async function oldestAuditRow(db: Db, tenantId: string): Promise<Date | null> {
  const row = await firstRow(
    db,
    auditRow.pick({ at: true }),
    'SELECT at FROM audit_log WHERE tenant_id = ? ORDER BY id LIMIT 1',
    [tenantId],
  )
  return row?.at ?? null
}

export async function countAuditRows(db: Db, tenantId: string, before: Date): Promise<number> {
  const { count } = await oneRow(
    db,
    z.object({ count: z.number() }),
    'SELECT count(*) AS count FROM audit_log WHERE tenant_id = ? AND id < ?',
    [tenantId, firstIdAt(before)],
  )
  return count
}

/** Oldest first. @returns how many were deleted */
export function deleteAuditRows(db: Db, tenantId: string, before: Date, limit: number): Promise<number> {
  return lowPriority(db, async trx => {
    const deleted = await manyRows(
      trx,
      idRow,
      `DELETE FROM audit_log WHERE tenant_id = :tenantId AND id IN (
         SELECT id FROM audit_log WHERE tenant_id = :tenantId AND id < :upTo ORDER BY id LIMIT :limit) RETURNING id`,
      { tenantId, upTo: firstIdAt(before), limit },
    )
    return deleted.length
  })
}

export const actorOf = (row: Pick<AuditRow, 'actor_type' | 'actor_id' | 'actor_name'>): Actor => ({
  type: row.actor_type,
  id: row.actor_id,
  name: row.actor_name,
})

export const targetOf = ({
  target_type: type,
  target_id: id,
}: Pick<AuditRow, 'target_type' | 'target_id'>): AuditRecord['target'] => (type && id ? { type, id } : null)
