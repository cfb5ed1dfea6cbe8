import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, idRow, manyRows, oneRow } from '../../base/rows'
import type { Actor } from '../../contract/access'
import { label } from '../../contract/labels'
import type { NamePage } from '../named-page'

const labelRow = label.extend({ created_at: z.date(), updated_at: z.date() })
export type LabelRow = z.output<typeof labelRow>

const COLUMNS = `l.id, l.name, l.description, l.sql, l.platforms, l.created_by, l.created_at, l.updated_at,
  (SELECT count(*)::integer FROM label_hosts m WHERE m.label_id = l.id) AS host_count`

const hostIdRow = z.object({ host_id: z.string() })

/** Ordered by name. */
export const listLabels = (db: Db, tenantId: string, { after, q, limit }: NamePage) =>
  manyRows(
    db,
    labelRow,
    `SELECT ${COLUMNS} FROM labels l WHERE tenant_id = :tenantId AND (:after::text IS NULL OR name > :after)
       AND (:q::text IS NULL OR strpos(lower(name || ' ' || description), lower(:q)) > 0)
     ORDER BY name LIMIT :limit`,
    { tenantId, after: after ?? null, q: q ?? null, limit },
  )

export async function countLabels(db: Db, tenantId: string): Promise<number> {
  const shape = z.object({ count: z.number() })
  const { count } = await oneRow(db, shape, 'SELECT count(*) AS count FROM labels WHERE tenant_id = ?', [tenantId])
  return count
}

const FIND = `SELECT ${COLUMNS} FROM labels l WHERE tenant_id = ? AND id = ?`

export const findLabel = (db: Db, tenantId: string, id: string) => firstRow(db, labelRow, FIND, [tenantId, id])

/** The label with an id that was found or inserted in this transaction. */
export const getLabel = (trx: Transaction, tenantId: string, id: string) => oneRow(trx, labelRow, FIND, [tenantId, id])

/** Reads a label and locks it until the end of the transaction. */
export const lockLabel = (trx: Transaction, tenantId: string, id: string) =>
  firstRow(trx, labelRow, `${FIND} FOR UPDATE OF l`, [tenantId, id])

export interface LabelFields {
  name: string
  description: string
  sql: string | null
  platforms: string[]
}

/** @returns whether the name was free */
export async function insertLabel(
  trx: Transaction,
  label: LabelFields & { id: string; tenantId: string; createdBy: Actor },
): Promise<boolean> {
  const inserted = await firstRow(
    trx,
    idRow,
    `INSERT INTO labels (id, tenant_id, name, description, sql, platforms, created_by)
     VALUES (:id, :tenantId, :name, :description, :sql, :platforms, :createdBy)
     ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id`,
    { ...label, createdBy: JSON.stringify(label.createdBy) },
  )
  return inserted !== undefined
}

/**
 * @param label `revised`: hosts must answer again, and answers to the previous query are ignored
 * @returns whether the name was free
 */
export async function updateLabel(
  trx: Transaction,
  label: LabelFields & { id: string; tenantId: string; revised: boolean },
): Promise<boolean> {
  const updated = await firstRow(
    trx,
    idRow,
    `UPDATE labels SET name = :name, description = :description, sql = :sql, platforms = :platforms, updated_at = now(),
       revision = revision + CASE WHEN :revised THEN 1 ELSE 0 END,
       revised_at = CASE WHEN :revised THEN now() ELSE revised_at END
     WHERE tenant_id = :tenantId AND id = :id
       AND NOT EXISTS (SELECT FROM labels o WHERE o.tenant_id = :tenantId AND o.name = :name AND o.id <> :id)
     RETURNING id`,
    { ...label },
  )
  return updated !== undefined
}

/** @returns its name; undefined if there is no such label */
export async function deleteLabel(trx: Transaction, tenantId: string, id: string): Promise<string | undefined> {
  const deleted = await firstRow(
    trx,
    z.object({ name: z.string() }),
    'DELETE FROM labels WHERE tenant_id = ? AND id = ? RETURNING name',
    [tenantId, id],
  )
  return deleted?.name
}

/** The platforms of the hosts that have the label. */
export async function memberPlatforms(trx: Transaction, labelId: string): Promise<string[]> {
  const found = await manyRows(
    trx,
    z.object({ platform: z.string() }),
    'SELECT DISTINCT h.platform FROM label_hosts m JOIN hosts h ON h.id = m.host_id WHERE m.label_id = ?',
    [labelId],
  )
  return found.map(({ platform }) => platform)
}

export const removePlatforms = (trx: Transaction, labelId: string, platforms: string[]) =>
  trx.raw(
    `DELETE FROM label_hosts m USING hosts h
     WHERE m.label_id = ? AND h.id = m.host_id AND h.platform = ANY(?::text[])`,
    [labelId, platforms],
  )

/** @returns the number of hosts that did not have the label */
export async function addMembers(trx: Transaction, labelId: string, hostIds: string[]): Promise<number> {
  const added = await manyRows(
    trx,
    hostIdRow,
    `INSERT INTO label_hosts (label_id, host_id) SELECT :labelId, id FROM unnest(:hostIds::uuid[]) AS added (id)
     ORDER BY id ON CONFLICT DO NOTHING RETURNING host_id`,
    { labelId, hostIds },
  )
  return added.length
}

/** @returns the number of hosts that had the label */
export async function removeMembers(trx: Transaction, labelId: string, hostIds: string[]): Promise<number> {
  const removed = await manyRows(
    trx,
    hostIdRow,
    'DELETE FROM label_hosts WHERE label_id = :labelId AND host_id = ANY(:hostIds::uuid[]) RETURNING host_id',
    { labelId, hostIds },
  )
  return removed.length
}
