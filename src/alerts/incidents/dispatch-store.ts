import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, idsOf, manyRows, oneRow, storedJson } from '../../base/rows'
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

const stateRow = z.object({
  id: z.string(),
  version: z.number(),
  created_version: z.number(),
  fingerprint: z.string(),
  source: alertSource,
  starts_at: z.date(),
  resolved_at: z.date().nullable(),
  resolved_by: z.enum(RESOLVED_BY).nullable(),
})
const STATE = Object.keys(stateRow.shape)
const textsRow = z.object({
  labels: z.string(),
  annotations: z.string(),
  links: z.string(),
  generator_url: z.string().nullable(),
})
const TEXTS = Object.keys(textsRow.shape)
const storedRow = stateRow.extend(textsRow.shape)
/** Without the texts of those that are open. */
const changedRow = storedRow.extend({
  labels: z.string().nullable(),
  annotations: z.string().nullable(),
  links: z.string().nullable(),
})

/** An occurrence as it is stored. */
export type StoredAlert = ReturnType<typeof readState> & Texts
type Texts = ReturnType<typeof readTexts>

const readState = (row: z.output<typeof stateRow>) => ({
  id: row.id,
  version: row.version,
  createdVersion: row.created_version,
  fingerprint: row.fingerprint,
  source: row.source,
  startsAt: row.starts_at.getTime(),
  resolvedAt: row.resolved_at?.getTime() ?? null,
  resolvedBy: row.resolved_by,
})
type TextsRow = z.output<typeof textsRow>
const readTexts = (row: TextsRow) => ({
  labels: storedJson(labelSet, row.labels),
  annotations: storedJson(labelSet, row.annotations),
  links: storedJson(labelSet, row.links),
  generatorUrl: row.generator_url,
})
const pickTexts = ({ labels, annotations, links, generatorUrl }: Texts): Texts => ({
  ...{ labels, annotations, links, generatorUrl },
})

/** Which changes a round looks at. */
interface Changes {
  after: Pick<DispatchRow, 'version' | 'after_id'>
  /** The last version. */
  until: number
  limit: number
  /** Open alerts in memory, whose texts need not be read again. */
  open: { byId(id: string): Texts | undefined }
}

/** What has changed, in the order of versions. */
export async function changedAlerts(
  trx: Transaction,
  tenantId: string,
  { after: { version, after_id }, until, limit, open }: Changes,
): Promise<StoredAlert[]> {
  const rows = await manyRows(
    trx,
    changedRow,
    `SELECT ${STATE.join(', ')}, ${TEXTS.map(name => `CASE WHEN resolved_at IS NOT NULL THEN ${name} END AS ${name}`).join(', ')}
     FROM alerts WHERE tenant_id = :tenantId AND version >= :version AND version <= :until
       AND (version, id) > (:version, :after_id::uuid) ORDER BY version, id LIMIT :limit`,
    { tenantId, version, after_id, until, limit },
  )
  const missing = rows.filter(({ id, labels }) => labels === null && !open.byId(id))
  const read = new Map((await alertsById(trx, tenantId, idsOf(missing))).map(alert => [alert.id, alert]))
  return rows.flatMap(row => {
    const texts = row.labels === null ? (open.byId(row.id) ?? read.get(row.id)) : readTexts(row as TextsRow)
    return texts ? { ...readState(row), ...pickTexts(texts) } : []
  })
}

/** Some occurrences, open or not. */
export async function alertsById(trx: Transaction, tenantId: string, ids: readonly string[]): Promise<StoredAlert[]> {
  if (!ids.length) return []
  const rows = await manyRows(
    trx,
    storedRow,
    `SELECT ${[...STATE, ...TEXTS].join(', ')} FROM alerts WHERE tenant_id = ? AND id = ANY(?::uuid[])`,
    [tenantId, ids],
  )
  return rows.map(row => ({ ...readState(row), ...readTexts(row) }))
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
