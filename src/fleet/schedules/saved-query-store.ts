import type { Actor } from '../../access'
import { type Db, rows, type Transaction } from '../../base/db'
import type { NamedPlace } from '../named-page'
import { unlessTaken } from './taken-store'

export interface SavedQuery {
  id: string
  tenant_id: string
  name: string
  description: string
  sql: string
  platforms: string[]
  created_by: Actor
  created_at: Date
  updated_at: Date
}

export type NewSavedQuery = Omit<SavedQuery, 'created_at' | 'updated_at'>

/** Of a tenant, by name. */
export function listSavedQueries(db: Db, tenantId: string, { after, q, limit }: NamedPlace): Promise<SavedQuery[]> {
  return rows<SavedQuery>(
    db,
    `SELECT * FROM saved_queries WHERE tenant_id = :tenantId AND (CAST(:after AS text) IS NULL OR name > :after)
       AND (CAST(:q AS text) IS NULL OR strpos(lower(name || ' ' || description || ' ' || sql), lower(:q)) > 0)
     ORDER BY name LIMIT :limit`,
    { tenantId, after: after ?? null, q: q ?? null, limit },
  )
}

export async function findSavedQuery(db: Db, tenantId: string, id: string): Promise<SavedQuery | undefined> {
  const [found] = await rows<SavedQuery>(db, 'SELECT * FROM saved_queries WHERE tenant_id = ? AND id = ?', [
    tenantId,
    id,
  ])
  return found
}

/** @returns nothing when there is one of that name */
export async function insertSavedQuery(trx: Transaction, query: NewSavedQuery): Promise<SavedQuery | undefined> {
  const [made] = await rows<SavedQuery>(
    trx,
    `INSERT INTO saved_queries (id, tenant_id, name, description, sql, platforms, created_by)
     VALUES (:id, :tenant_id, :name, :description, :sql, :platforms, :created_by)
     ON CONFLICT (tenant_id, name) DO NOTHING RETURNING *`,
    { ...query, created_by: JSON.stringify(query.created_by) },
  )
  return made
}

export type SavedQueryChange = Partial<Pick<SavedQuery, 'name' | 'description' | 'sql' | 'platforms'>>

/** @returns nothing when it is not there; `taken` when another one has that name: the transaction cannot go on then */
export async function updateSavedQuery(
  trx: Transaction,
  { tenantId, id }: { tenantId: string; id: string },
  { name = null, description = null, sql = null, platforms = null }: { [K in keyof SavedQueryChange]: unknown },
): Promise<SavedQuery | 'taken' | undefined> {
  const changed = await unlessTaken(
    rows<SavedQuery>(
      trx,
      `UPDATE saved_queries SET name = coalesce(:name, name), description = coalesce(:description, description),
         sql = coalesce(:sql, sql), platforms = coalesce(CAST(:platforms AS text[]), platforms), updated_at = now()
       WHERE tenant_id = :tenantId AND id = :id RETURNING *`,
      { tenantId, id, name, description, sql, platforms },
    ),
  )
  return changed ? changed[0] : 'taken'
}

/** @returns its name; nothing when it is not there */
export async function deleteSavedQuery(trx: Transaction, tenantId: string, id: string): Promise<string | undefined> {
  const [gone] = await rows<{ name: string }>(
    trx,
    'DELETE FROM saved_queries WHERE tenant_id = ? AND id = ? RETURNING name',
    [tenantId, id],
  )
  return gone?.name
}
