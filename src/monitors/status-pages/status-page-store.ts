import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { countRow, firstRow, idRow, idsOf, manyRows, oneRow } from '../../base/rows'
import { unlessTaken } from '../../base/unique'
import type { Actor } from '../../contract/access'
import { statusPage } from '../../contract/status-pages'

const pageRow = statusPage.omit({ monitor_ids: true }).extend({ created_at: z.date(), updated_at: z.date() })
export type PageRow = z.output<typeof pageRow>
export type PageFields = Omit<PageRow, 'id' | 'monitors' | 'created_at' | 'updated_at'> & { monitor_ids: string[] }

/** The monitors of a page, without those that have been deleted. */
const MONITORS = `(
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'name', m.name) ORDER BY place), '[]')
  FROM unnest(p.monitor_ids) WITH ORDINALITY AS listed(id, place)
  JOIN monitors m ON m.id = listed.id AND m.tenant_id = p.tenant_id)`
const PAGE = `p.id, p.slug, p.title, p.description, ${MONITORS} AS monitors, p.groups, p.published,
  p.created_at, p.updated_at`

export interface PagePlace {
  q: string | undefined
  /** The last page of the part before. */
  after: { title: string; id: string } | undefined
  limit: number
}

/** By title. */
export const listPages = (db: Db, tenantId: string, { q, after, limit }: PagePlace) =>
  manyRows(
    db,
    pageRow,
    `SELECT ${PAGE} FROM status_pages p
     WHERE p.tenant_id = :tenantId
       AND (CAST(:q AS text) IS NULL OR strpos(lower(p.title || ' ' || p.slug), lower(:q)) > 0)
       AND (CAST(:title AS text) IS NULL OR (p.title, p.id) > (:title, CAST(:id AS uuid)))
     ORDER BY p.title, p.id LIMIT :limit`,
    { tenantId, q: q ?? null, title: after?.title ?? null, id: after?.id ?? null, limit },
  )

export const findPage = (db: Db, tenantId: string, id: string) =>
  firstRow(db, pageRow, `SELECT ${PAGE} FROM status_pages p WHERE p.tenant_id = ? AND p.id = ?`, [tenantId, id])

/** The same, locked until the end of the transaction. */
export const lockPage = (trx: Transaction, tenantId: string, id: string) =>
  firstRow(trx, pageRow, `SELECT ${PAGE} FROM status_pages p WHERE p.tenant_id = ? AND p.id = ? FOR UPDATE`, [
    tenantId,
    id,
  ])

/** How many there are; nobody else adds one until the end of the transaction. */
export async function countPages(trx: Transaction, tenantId: string): Promise<number> {
  await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`status pages of ${tenantId}`])
  return (await oneRow(trx, countRow, 'SELECT count(*) AS count FROM status_pages WHERE tenant_id = ?', [tenantId]))
    .count
}

interface NewPage extends PageFields {
  id: string
  tenantId: string
  createdBy: Actor
}

/** @returns undefined if the slug is taken */
export const insertPage = (trx: Transaction, { groups, createdBy, ...page }: NewPage) =>
  firstRow(
    trx,
    pageRow,
    `INSERT INTO status_pages AS p (id, tenant_id, slug, title, description, monitor_ids, groups, published, created_by)
     VALUES (:id, :tenantId, :slug, :title, :description, :monitor_ids, :groups, :published, :createdBy)
     ON CONFLICT (slug) DO NOTHING RETURNING ${PAGE}`,
    { ...page, groups: JSON.stringify(groups), createdBy: JSON.stringify(createdBy) },
  )

/** @returns undefined if the slug is taken, which aborts the transaction */
export const updatePage = (
  trx: Transaction,
  { groups, ...page }: PageFields & { id: string; tenantId: string },
): Promise<PageRow | undefined> =>
  unlessTaken(
    oneRow(
      trx,
      pageRow,
      `UPDATE status_pages AS p SET slug = :slug, title = :title, description = :description,
         monitor_ids = :monitor_ids, groups = :groups, published = :published, updated_at = now()
       WHERE p.tenant_id = :tenantId AND p.id = :id RETURNING ${PAGE}`,
      { ...page, groups: JSON.stringify(groups) },
    ),
  )

/** @returns whether there was such a page */
export async function deletePage(trx: Transaction, tenantId: string, id: string): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>('DELETE FROM status_pages WHERE tenant_id = ? AND id = ?', [
    tenantId,
    id,
  ])
  return rowCount > 0
}

/** Which of these are monitors of the tenant. */
export async function monitorsAmong(db: Db, tenantId: string, ids: readonly string[]): Promise<Set<string>> {
  const sql = 'SELECT id FROM monitors WHERE tenant_id = ? AND id = ANY(?::uuid[])'
  return new Set(idsOf(await manyRows(db, idRow, sql, [tenantId, ids])))
}
