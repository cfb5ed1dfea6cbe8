import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows, oneRow } from '../../base/rows'
import { unlessTaken } from '../../base/unique'
import type { NamePage } from '../named-page'
import { type PackRow, packRow } from './pack'

export type NewPack = Omit<PackRow, 'created_at' | 'updated_at'>

/** Ordered by name. */
export const listPacks = (db: Db, tenantId: string, { after, q, limit }: NamePage) =>
  manyRows(
    db,
    packRow,
    `SELECT * FROM packs WHERE tenant_id = :tenantId AND (CAST(:after AS text) IS NULL OR name > :after)
       AND (CAST(:q AS text) IS NULL OR strpos(lower(name || ' ' || description), lower(:q)) > 0)
     ORDER BY name LIMIT :limit`,
    { tenantId, after: after ?? null, q: q ?? null, limit },
  )

export const findPack = (db: Db | Transaction, tenantId: string, id: string) =>
  firstRow(db, packRow, 'SELECT * FROM packs WHERE tenant_id = ? AND id = ?', [tenantId, id])

/** @returns undefined if the name is taken */
export const insertPack = (trx: Transaction, pack: NewPack) =>
  firstRow(
    trx,
    packRow,
    `INSERT INTO packs (id, tenant_id, name, description, enabled, platforms, labels, content, created_by)
     VALUES (:id, :tenant_id, :name, :description, :enabled, :platforms, :labels, :content, :created_by)
     ON CONFLICT (tenant_id, name) DO NOTHING RETURNING *`,
    encoded(pack),
  )

/** Creates or replaces a pack. What an operator has set (whether it is enabled, and its labels) is kept. */
export async function putPack(trx: Transaction, pack: NewPack): Promise<PackRow & { replaced: boolean }> {
  const { is_new, ...row } = await oneRow(
    trx,
    packRow.extend({ is_new: z.boolean() }),
    `INSERT INTO packs AS p (id, tenant_id, name, description, enabled, platforms, labels, content, created_by)
     VALUES (:id, :tenant_id, :name, :description, :enabled, :platforms, :labels, :content, :created_by)
     ON CONFLICT (tenant_id, name) DO UPDATE SET description = excluded.description, platforms = excluded.platforms,
       content = excluded.content, updated_at = now()
     RETURNING p.*, p.id = :id AS is_new`,
    encoded(pack),
  )
  return { ...row, replaced: !is_new }
}

const encoded = (pack: NewPack) => ({
  ...pack,
  content: JSON.stringify(pack.content),
  created_by: JSON.stringify(pack.created_by),
})

/** Reads a pack and locks it until the end of the transaction. */
export const lockPack = (trx: Transaction, tenantId: string, id: string) =>
  firstRow(trx, packRow, 'SELECT * FROM packs WHERE tenant_id = ? AND id = ? FOR UPDATE', [tenantId, id])

/** @returns undefined if another pack has the name, which aborts the transaction */
export const updatePack = (trx: Transaction, pack: NewPack): Promise<PackRow | undefined> =>
  unlessTaken(
    oneRow(
      trx,
      packRow,
      `UPDATE packs SET name = :name, description = :description, enabled = :enabled, platforms = :platforms,
         labels = :labels, content = :content, updated_at = now()
       WHERE tenant_id = :tenant_id AND id = :id RETURNING *`,
      encoded(pack),
    ),
  )

export const deletePack = (trx: Transaction, tenantId: string, id: string) =>
  firstRow(trx, packRow, 'DELETE FROM packs WHERE tenant_id = ? AND id = ? RETURNING *', [tenantId, id])

/** A pack that agents are served. */
export const activePack = packRow
  .pick({ name: true, platforms: true, labels: true, content: true })
  /** Size in an agent's configuration, with its name, a colon and a comma. */
  .extend({ bytes: z.number() })
export type ActivePack = z.output<typeof activePack>

export const BYTES = 'octet_length(content::text) + octet_length(to_json(name)::text) + 2'

export const activePacks = (db: Db, tenantId: string) =>
  manyRows(
    db,
    activePack,
    `SELECT name, platforms, labels, content, ${BYTES} AS bytes FROM packs
     WHERE tenant_id = ? AND enabled ORDER BY name`,
    [tenantId],
  )

/** Which of the given labels a host has. */
export async function labelsOfHost(db: Db, tenantId: string, hostId: string, names: string[]): Promise<Set<string>> {
  const labels = await manyRows(
    db,
    z.object({ name: z.string() }),
    `SELECT l.name FROM label_hosts h JOIN labels l ON l.id = h.label_id
     WHERE h.host_id = :hostId AND l.tenant_id = :tenantId AND l.name = ANY(:names)`,
    { hostId, tenantId, names },
  )
  return new Set(labels.map(({ name }) => name))
}
