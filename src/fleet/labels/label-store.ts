import type { Actor } from '../../access'
import { type Db, rows, type Transaction } from '../../base/db'
import type { NamedPlace } from '../named-page'

export interface Label {
  id: string
  name: string
  description: string
  /** Null: its hosts are listed by people. */
  sql: string | null
  platforms: string[]
  host_count: number
  created_by: Actor
  created_at: Date
  updated_at: Date
}

const COLUMNS = `l.id, l.name, l.description, l.sql, l.platforms, l.created_by, l.created_at, l.updated_at,
  (SELECT count(*)::integer FROM label_hosts m WHERE m.label_id = l.id) AS host_count`

/** Of a tenant, by name. */
export const listLabels = (db: Db, tenantId: string, { after, q, limit }: NamedPlace) =>
  rows<Label>(
    db,
    `SELECT ${COLUMNS} FROM labels l WHERE tenant_id = :tenantId AND (:after::text IS NULL OR name > :after)
       AND (:q::text IS NULL OR strpos(lower(name || ' ' || description), lower(:q)) > 0)
     ORDER BY name LIMIT :limit`,
    { tenantId, after: after ?? null, q: q ?? null, limit },
  )

export const countLabels = async (db: Db, tenantId: string) =>
  (await rows<{ count: number }>(db, 'SELECT count(*) AS count FROM labels WHERE tenant_id = ?', [tenantId]))[0]
    ?.count ?? 0

export async function findLabel(db: Db, tenantId: string, id: string): Promise<Label | undefined> {
  const [found] = await rows<Label>(db, `SELECT ${COLUMNS} FROM labels l WHERE tenant_id = ? AND id = ?`, [
    tenantId,
    id,
  ])
  return found
}

/** The label, held until the end of the transaction. */
export async function holdLabel(trx: Transaction, tenantId: string, id: string): Promise<Label | undefined> {
  const held = await rows(trx, 'SELECT 1 FROM labels WHERE tenant_id = ? AND id = ? FOR UPDATE', [tenantId, id])
  return held.length ? findLabel(trx, tenantId, id) : undefined
}

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
  const made = await rows(
    trx,
    `INSERT INTO labels (id, tenant_id, name, description, sql, platforms, created_by)
     VALUES (:id, :tenantId, :name, :description, :sql, :platforms, :createdBy)
     ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id`,
    { ...label, createdBy: JSON.stringify(label.createdBy) },
  )
  return made.length > 0
}

/** @param revised whether answers to the query as it was decide nothing any more. @returns whether the name was free */
export async function updateLabel(
  trx: Transaction,
  label: LabelFields & { id: string; tenantId: string; revised: boolean },
): Promise<boolean> {
  const changed = await rows(
    trx,
    `UPDATE labels SET name = :name, description = :description, sql = :sql, platforms = :platforms, updated_at = now(),
       revision = revision + CASE WHEN :revised THEN 1 ELSE 0 END,
       revised_at = CASE WHEN :revised THEN now() ELSE revised_at END
     WHERE tenant_id = :tenantId AND id = :id
       AND NOT EXISTS (SELECT FROM labels o WHERE o.tenant_id = :tenantId AND o.name = :name AND o.id <> :id)
     RETURNING id`,
    { ...label },
  )
  return changed.length > 0
}

export async function deleteLabel(trx: Transaction, tenantId: string, id: string): Promise<string | undefined> {
  const [gone] = await rows<{ name: string }>(trx, 'DELETE FROM labels WHERE tenant_id = ? AND id = ? RETURNING name', [
    tenantId,
    id,
  ])
  return gone?.name
}

export async function memberPlatforms(trx: Transaction, labelId: string): Promise<string[]> {
  const found = await rows<{ platform: string }>(
    trx,
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

/** @returns the hosts that were not in it before */
export async function addMembers(trx: Transaction, labelId: string, hostIds: string[]): Promise<string[]> {
  const added = await rows<{ host_id: string }>(
    trx,
    `INSERT INTO label_hosts (label_id, host_id) SELECT :labelId, id FROM unnest(:hostIds::uuid[]) AS added (id)
     ORDER BY id ON CONFLICT DO NOTHING RETURNING host_id`,
    { labelId, hostIds },
  )
  return added.map(row => row.host_id)
}

/** @returns the hosts that were in it */
export async function removeMembers(trx: Transaction, labelId: string, hostIds: string[]): Promise<string[]> {
  const removed = await rows<{ host_id: string }>(
    trx,
    'DELETE FROM label_hosts WHERE label_id = :labelId AND host_id = ANY(:hostIds::uuid[]) RETURNING host_id',
    { labelId, hostIds },
  )
  return removed.map(row => row.host_id)
}
