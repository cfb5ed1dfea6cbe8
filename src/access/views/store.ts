import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, idRow, manyRows, oneRow } from '../../base/rows'
import { actor } from '../../contract/access'
import { savedView } from '../../contract/saved-views'

const viewRow = savedView.omit({ own: true, created_at: true, updated_at: true }).extend({
  owner_id: z.string(),
  created_by: actor,
  created_at: z.date(),
  updated_at: z.date(),
})
export type ViewRow = z.output<typeof viewRow>
const VIEW = 'id, owner_id, page, name, search, shared, created_by, created_at, updated_at'

/** Whose views are meant: what this member or token sees of the tenant's. */
export interface Reader {
  tenantId: string
  ownerId: string
}

/** Oldest first: ids are in order of time. */
export const listViews = (
  db: Db,
  { page, after, ...place }: Reader & { page: string | undefined; after: string | undefined; limit: number },
) =>
  manyRows(
    db,
    viewRow,
    `SELECT ${VIEW} FROM saved_views
     WHERE tenant_id = :tenantId AND (owner_id = :ownerId OR shared)
       AND (:page::text IS NULL OR page = :page) AND (:after::uuid IS NULL OR id > :after)
     ORDER BY id LIMIT :limit`,
    { ...place, page: page ?? null, after: after ?? null },
  )

/** Locked until the transaction ends. @returns undefined for a view that the reader does not see, too */
export const viewById = (trx: Transaction, view: Reader & { id: string }) =>
  firstRow(
    trx,
    viewRow,
    `SELECT ${VIEW} FROM saved_views
     WHERE tenant_id = :tenantId AND id = :id AND (owner_id = :ownerId OR shared) FOR UPDATE`,
    { ...view },
  )

/** How many views the owner has, and how many the tenant shares. */
export const countViews = (trx: Transaction, reader: Reader) =>
  oneRow(
    trx,
    z.object({ own: z.number(), shared: z.number() }),
    `SELECT count(*) FILTER (WHERE owner_id = :ownerId)::int AS own, count(*) FILTER (WHERE shared)::int AS shared
     FROM saved_views WHERE tenant_id = :tenantId AND (owner_id = :ownerId OR shared)`,
    { ...reader },
  )

type NewView = Reader & Pick<ViewRow, 'id' | 'page' | 'name' | 'search' | 'shared' | 'created_by'>

/** @returns undefined when the owner has a view of this name on this page */
export const addView = (trx: Transaction, view: NewView) =>
  firstRow(
    trx,
    viewRow,
    `INSERT INTO saved_views (id, tenant_id, owner_id, page, name, search, shared, created_by)
     VALUES (:id, :tenantId, :ownerId, :page, :name, :search, :shared, :createdBy)
     ON CONFLICT (tenant_id, owner_id, page, name) DO NOTHING RETURNING ${VIEW}`,
    { ...view, createdBy: JSON.stringify(view.created_by) },
  )

/** @returns undefined when another view of its owner has this name */
export const changeView = (
  trx: Transaction,
  view: { tenantId: string } & Pick<ViewRow, 'id' | 'name' | 'search' | 'shared'>,
) =>
  firstRow(
    trx,
    viewRow,
    `UPDATE saved_views v SET name = :name, search = :search, shared = :shared, updated_at = now()
     WHERE tenant_id = :tenantId AND id = :id AND NOT EXISTS (
       SELECT FROM saved_views o WHERE o.tenant_id = v.tenant_id AND o.owner_id = v.owner_id AND o.page = v.page
         AND o.name = :name AND o.id <> v.id)
     RETURNING ${VIEW}`,
    { ...view },
  )

export const removeView = (trx: Transaction, view: { tenantId: string; id: string }) =>
  firstRow(trx, idRow, 'DELETE FROM saved_views WHERE tenant_id = :tenantId AND id = :id RETURNING id', { ...view })

/** Deletes the views that only these members and tokens see; shared ones stay. */
export const removePrivateViews = (trx: Transaction, tenantId: string, ownerIds: string[]) =>
  trx.raw('DELETE FROM saved_views WHERE tenant_id = :tenantId AND owner_id = ANY(:ownerIds::uuid[]) AND NOT shared', {
    tenantId,
    ownerIds,
  })
