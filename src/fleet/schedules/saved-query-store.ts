import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import { unlessTaken } from '../../base/unique'
import { actor } from '../../contract/access'
import type { NamePage } from '../named-page'

const savedQueryRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  description: z.string(),
  sql: z.string(),
  platforms: z.array(z.string()),
  created_by: actor,
  created_at: z.date(),
  updated_at: z.date(),
})
export type SavedQueryRow = z.output<typeof savedQueryRow>
export type NewSavedQuery = Omit<SavedQueryRow, 'created_at' | 'updated_at'>

/** Ordered by name. */
export const listSavedQueries = (db: Db, tenantId: string, { after, q, limit }: NamePage) =>
  manyRows(
    db,
    savedQueryRow,
    `SELECT * FROM saved_queries WHERE tenant_id = :tenantId AND (CAST(:after AS text) IS NULL OR name > :after)
       AND (CAST(:q AS text) IS NULL OR strpos(lower(name || ' ' || description || ' ' || sql), lower(:q)) > 0)
     ORDER BY name LIMIT :limit`,
    { tenantId, after: after ?? null, q: q ?? null, limit },
  )

export const findSavedQuery = (db: Db, tenantId: string, id: string) =>
  firstRow(db, savedQueryRow, 'SELECT * FROM saved_queries WHERE tenant_id = ? AND id = ?', [tenantId, id])

/** @returns undefined if the name is taken */
export const insertSavedQuery = (trx: Transaction, query: NewSavedQuery) =>
  firstRow(
    trx,
    savedQueryRow,
    `INSERT INTO saved_queries (id, tenant_id, name, description, sql, platforms, created_by)
     VALUES (:id, :tenant_id, :name, :description, :sql, :platforms, :created_by)
     ON CONFLICT (tenant_id, name) DO NOTHING RETURNING *`,
    { ...query, created_by: JSON.stringify(query.created_by) },
  )

export type SavedQueryChange = {
  [Field in 'name' | 'description' | 'sql' | 'platforms']?: SavedQueryRow[Field] | undefined
}

/** @returns undefined if it does not exist; `taken` if another one has the name, which aborts the transaction */
export async function updateSavedQuery(
  trx: Transaction,
  { tenantId, id }: { tenantId: string; id: string },
  { name, description, sql, platforms }: SavedQueryChange,
): Promise<SavedQueryRow | 'taken' | undefined> {
  const updated = await unlessTaken(
    manyRows(
      trx,
      savedQueryRow,
      `UPDATE saved_queries SET name = coalesce(:name, name), description = coalesce(:description, description),
         sql = coalesce(:sql, sql), platforms = coalesce(CAST(:platforms AS text[]), platforms), updated_at = now()
       WHERE tenant_id = :tenantId AND id = :id RETURNING *`,
      {
        tenantId,
        id,
        name: name ?? null,
        description: description ?? null,
        sql: sql ?? null,
        platforms: platforms ?? null,
      },
    ),
  )
  return updated ? updated[0] : 'taken'
}

/** @returns its name; undefined if it does not exist */
export async function deleteSavedQuery(trx: Transaction, tenantId: string, id: string): Promise<string | undefined> {
  const deleted = await firstRow(
    trx,
    z.object({ name: z.string() }),
    'DELETE FROM saved_queries WHERE tenant_id = ? AND id = ? RETURNING name',
    [tenantId, id],
  )
  return deleted?.name
}
