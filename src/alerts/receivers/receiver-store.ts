import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { countRow, firstRow, manyRows, oneRow } from '../../base/rows'
import { unlessTaken } from '../../base/unique'
import { receiverType } from '../../contract/receivers'

const receiverRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  type: receiverType,
  settings: z.record(z.string(), z.unknown()),
  /** Sealed JSON. */
  secrets: z.string().nullable(),
  secret_names: z.array(z.string()),
  send_resolved: z.boolean(),
  enabled: z.boolean(),
  failing_since: z.date().nullable(),
  last_error: z.string().nullable(),
  last_sent_at: z.date().nullable(),
  created_at: z.date(),
  updated_at: z.date(),
})
export type ReceiverRow = z.output<typeof receiverRow>
/** What people decide on. */
export type ReceiverValues = Pick<
  ReceiverRow,
  'id' | 'tenant_id' | 'name' | 'type' | 'settings' | 'secrets' | 'secret_names' | 'send_resolved' | 'enabled'
>
const listedRow = receiverRow.extend({ waiting: z.number() })
/** With the number of notifications that wait for it. */
export type ListedReceiver = z.output<typeof listedRow>

const COLUMNS = Object.keys(receiverRow.shape)
const RECEIVER = COLUMNS.join(', ')
const LISTED = `${COLUMNS.map(name => `r.${name}`).join(', ')},
  (SELECT count(*) FROM notifications n WHERE n.receiver_id = r.id AND n.status = 'pending') AS waiting`

const bindingsOf = (values: ReceiverValues) => ({ ...values, settings: JSON.stringify(values.settings) })

/** @returns undefined if the name is taken */
export const insertReceiver = (trx: Transaction, values: ReceiverValues) =>
  firstRow(
    trx,
    receiverRow,
    `INSERT INTO receivers (id, tenant_id, name, type, settings, secrets, secret_names, send_resolved, enabled)
     VALUES (:id, :tenant_id, :name, :type, CAST(:settings AS jsonb), :secrets, :secret_names, :send_resolved, :enabled)
     ON CONFLICT (tenant_id, name) DO NOTHING RETURNING ${RECEIVER}`,
    bindingsOf(values),
  )

/** @returns `taken` when another receiver has the name, which breaks the transaction */
export async function updateReceiver(trx: Transaction, values: ReceiverValues): Promise<'taken' | undefined> {
  const update = trx.raw(
    `UPDATE receivers SET name = :name, settings = CAST(:settings AS jsonb), secrets = :secrets,
       secret_names = :secret_names, send_resolved = :send_resolved, enabled = :enabled, updated_at = now()
     WHERE tenant_id = :tenant_id AND id = :id`,
    bindingsOf(values),
  )
  return (await unlessTaken(update)) ? undefined : 'taken'
}

export async function deleteReceiver(trx: Transaction, tenantId: string, id: string): Promise<void> {
  await trx.raw('DELETE FROM receivers WHERE tenant_id = ? AND id = ?', [tenantId, id])
}

export const findReceiver = (db: Db, tenantId: string, id: string) =>
  firstRow(db, receiverRow, `SELECT ${RECEIVER} FROM receivers WHERE tenant_id = ? AND id = ?`, [tenantId, id])

export const findReceiverByName = (db: Db, tenantId: string, name: string) =>
  firstRow(db, receiverRow, `SELECT ${RECEIVER} FROM receivers WHERE tenant_id = ? AND name = ?`, [tenantId, name])

export const lockReceiver = (trx: Transaction, tenantId: string, id: string) =>
  firstRow(trx, receiverRow, `SELECT ${RECEIVER} FROM receivers WHERE tenant_id = ? AND id = ? FOR UPDATE`, [
    tenantId,
    id,
  ])

export async function countReceivers(db: Db, tenantId: string): Promise<number> {
  return (await oneRow(db, countRow, 'SELECT count(*) AS count FROM receivers WHERE tenant_id = ?', [tenantId])).count
}

export const findListedReceiver = (db: Db, tenantId: string, id: string) =>
  firstRow(db, listedRow, `SELECT ${LISTED} FROM receivers r WHERE r.tenant_id = ? AND r.id = ?`, [tenantId, id])

export async function receiversByName(
  db: Db | Transaction,
  tenantId: string,
  names: readonly string[],
): Promise<Map<string, ListedReceiver>> {
  if (!names.length) return new Map()
  const sql = `SELECT ${LISTED} FROM receivers r WHERE r.tenant_id = ? AND r.name = ANY(?::text[])`
  const found = await manyRows(db, listedRow, sql, [tenantId, names])
  return new Map(found.map(row => [row.name, row]))
}

export interface ReceiverPage {
  /** A name. */
  after: string | undefined
  q: string | undefined
  limit: number
}

/** By name. */
export const listReceivers = (db: Db, tenantId: string, { after, q, limit }: ReceiverPage) =>
  manyRows(
    db,
    listedRow,
    `SELECT ${LISTED} FROM receivers r WHERE r.tenant_id = :tenantId
       AND (CAST(:after AS text) IS NULL OR r.name > :after)
       AND (CAST(:q AS text) IS NULL OR strpos(lower(r.name || ' ' || r.type), lower(:q)) > 0)
     ORDER BY r.name LIMIT :limit`,
    { tenantId, after: after ?? null, q: q ?? null, limit },
  )

const nameRow = z.object({ name: z.string() })

/** Names of a tenant's receivers. */
export async function receiverNames(tenantId: string, db: Db | Transaction): Promise<ReadonlySet<string>> {
  const found = await manyRows(db, nameRow, 'SELECT name FROM receivers WHERE tenant_id = ?', [tenantId])
  return new Set(found.map(({ name }) => name))
}
