import { type Db, rows, type Transaction } from '../../base/db'
import { firstIdAt } from '../../base/ids'
import { lowPriority } from '../../base/table-store'

export interface AuditRow {
  id: string
  at: Date
  actor_type: string
  actor_id: string | null
  actor_name: string
  action: string
  target_type: string | null
  target_id: string | null
  reason: string | null
  result: 'ok' | 'refused' | 'failed'
  /** Encoded JSON. */
  data: string | null
}

export async function addAuditRow(db: Db, row: Omit<AuditRow, 'at'> & { tenant_id: string }): Promise<void> {
  await db.raw(
    `INSERT INTO audit_log
       (id, tenant_id, actor_type, actor_id, actor_name, action, target_type, target_id, reason, result, data, told)
     VALUES (:id, :tenant_id, :actor_type, :actor_id, :actor_name, :action, :target_type, :target_id, :reason, :result,
       :data, false)`,
    { ...row },
  )
}

export type UntoldRow = Omit<AuditRow, 'reason' | 'data'> & { tenant_id: string }

/** Marks rows as told. @returns those that were not yet */
export const takeUntold = (trx: Transaction, refs: { tenantId: string; id: string }[]) =>
  rows<UntoldRow>(
    trx,
    `UPDATE audit_log a SET told = true FROM (
       SELECT id FROM audit_log
       WHERE NOT told AND (tenant_id, id) IN (SELECT * FROM unnest(:tenantIds::uuid[], :ids::uuid[]))
       ORDER BY id FOR UPDATE) AS untold
     WHERE a.id = untold.id
     RETURNING a.id, a.tenant_id, a.at, a.actor_type, a.actor_id, a.actor_name, a.action, a.target_type, a.target_id,
       a.result`,
    { tenantIds: refs.map(ref => ref.tenantId), ids: refs.map(ref => ref.id) },
  )

/** Of all tenants, those that should have been told of a while ago. */
export const untoldRows = (db: Db, ageMs: number, limit: number) =>
  rows<{ id: string; tenant_id: string }>(
    db,
    'SELECT id, tenant_id FROM audit_log WHERE NOT told AND id < :before ORDER BY id LIMIT :limit',
    { before: firstIdAt(new Date(Date.now() - ageMs)), limit },
  )

export interface AuditFilter {
  /** Id or name. */
  actor?: string | undefined
  actor_id?: string | undefined
  /** Whole, or up to its point. */
  action?: string | undefined
  target_type?: string | undefined
  target_id?: string | undefined
  result?: string | undefined
  since?: string | undefined
  until?: string | undefined
}

/** Newest first; ids are in order of time. */
export function listAuditRows(
  db: Db,
  { tenantId, filter, before, limit }: { tenantId: string; filter: AuditFilter; before?: string; limit: number },
): Promise<AuditRow[]> {
  const { since, until, actor, action, ...equal } = filter
  const query = db('audit_log')
    .select(
      'id',
      'at',
      'actor_type',
      'actor_id',
      'actor_name',
      'action',
      'target_type',
      'target_id',
      'reason',
      'result',
    )
    .select('data')
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
  return query
}

export async function oldestAuditRow(db: Db, tenantId: string): Promise<Date | null> {
  const [row] = await rows<{ at: Date }>(db, 'SELECT at FROM audit_log WHERE tenant_id = ? ORDER BY id LIMIT 1', [
    tenantId,
  ])
  return row?.at ?? null
}

export async function countAuditRows(db: Db, tenantId: string, before: Date): Promise<number> {
  const [row] = await rows<{ count: number }>(
    db,
    'SELECT count(*) AS count FROM audit_log WHERE tenant_id = ? AND id < ?',
    [tenantId, firstIdAt(before)],
  )
  return row?.count ?? 0
}

/** Oldest first. @returns how many were deleted */
export function deleteAuditRows(db: Db, tenantId: string, before: Date, limit: number): Promise<number> {
  return lowPriority(db, async trx => {
    const gone = await rows(
      trx,
      `DELETE FROM audit_log WHERE tenant_id = :tenantId AND id IN (
         SELECT id FROM audit_log WHERE tenant_id = :tenantId AND id < :upTo ORDER BY id LIMIT :limit) RETURNING id`,
      { tenantId, upTo: firstIdAt(before), limit },
    )
    return gone.length
  })
}
