import { type Db, rows, type Transaction } from '../../base/db'
import type { PackRow } from './pack'
import { unlessTaken } from './taken-store'

export type NewPack = Omit<PackRow, 'created_at' | 'updated_at'>

/** Of a tenant, by name. */
export function listPacks(
  db: Db,
  tenantId: string,
  { after, q, limit }: { after: string | undefined; q: string | undefined; limit: number },
): Promise<PackRow[]> {
  return rows<PackRow>(
    db,
    `SELECT * FROM packs WHERE tenant_id = :tenantId AND (CAST(:after AS text) IS NULL OR name > :after)
       AND (CAST(:q AS text) IS NULL OR strpos(lower(name || ' ' || description), lower(:q)) > 0)
     ORDER BY name LIMIT :limit`,
    { tenantId, after: after ?? null, q: q ?? null, limit },
  )
}

export async function findPack(db: Db | Transaction, tenantId: string, id: string): Promise<PackRow | undefined> {
  const [found] = await rows<PackRow>(db, 'SELECT * FROM packs WHERE tenant_id = ? AND id = ?', [tenantId, id])
  return found
}

/** @returns nothing when there is a pack of that name */
export async function insertPack(trx: Transaction, pack: NewPack): Promise<PackRow | undefined> {
  const [made] = await rows<PackRow>(
    trx,
    `INSERT INTO packs (id, tenant_id, name, description, enabled, platforms, labels, content, created_by)
     VALUES (:id, :tenant_id, :name, :description, :enabled, :platforms, :labels, :content, :created_by)
     ON CONFLICT (tenant_id, name) DO NOTHING RETURNING *`,
    encoded(pack),
  )
  return made
}

/** What an operator has set (whether it is enabled, and for which labels) stays when a pack is replaced. */
export async function putPack(trx: Transaction, pack: NewPack): Promise<PackRow & { replaced: boolean }> {
  const [stored] = await rows<PackRow & { is_new: boolean }>(
    trx,
    `INSERT INTO packs AS p (id, tenant_id, name, description, enabled, platforms, labels, content, created_by)
     VALUES (:id, :tenant_id, :name, :description, :enabled, :platforms, :labels, :content, :created_by)
     ON CONFLICT (tenant_id, name) DO UPDATE SET description = excluded.description, platforms = excluded.platforms,
       content = excluded.content, updated_at = now()
     RETURNING p.*, p.id = :id AS is_new`,
    encoded(pack),
  )
  if (!stored) throw new Error(`Pack ${pack.name} was not stored`)
  const { is_new, ...row } = stored
  return { ...row, replaced: !is_new }
}

const encoded = (pack: NewPack) => ({
  ...pack,
  content: JSON.stringify(pack.content),
  created_by: JSON.stringify(pack.created_by),
})

/** The pack, until the end of the transaction nobody else changes it. */
export async function lockPack(trx: Transaction, tenantId: string, id: string): Promise<PackRow | undefined> {
  const [found] = await rows<PackRow>(trx, 'SELECT * FROM packs WHERE tenant_id = ? AND id = ? FOR UPDATE', [
    tenantId,
    id,
  ])
  return found
}

/** @returns nothing when another pack has that name: the transaction cannot go on then */
export async function updatePack(trx: Transaction, pack: NewPack): Promise<PackRow | undefined> {
  const changed = await unlessTaken(
    rows<PackRow>(
      trx,
      `UPDATE packs SET name = :name, description = :description, enabled = :enabled, platforms = :platforms,
         labels = :labels, content = :content, updated_at = now()
       WHERE tenant_id = :tenant_id AND id = :id RETURNING *`,
      encoded(pack),
    ),
  )
  return changed?.[0]
}

export async function deletePack(trx: Transaction, tenantId: string, id: string): Promise<PackRow | undefined> {
  const [gone] = await rows<PackRow>(trx, 'DELETE FROM packs WHERE tenant_id = ? AND id = ? RETURNING *', [
    tenantId,
    id,
  ])
  return gone
}

/** What agents are given. */
export interface ActivePack extends Pick<PackRow, 'name' | 'platforms' | 'labels' | 'content'> {
  /** As agents are sent it in their configuration, with its name, a colon and a comma. */
  bytes: number
}

export const BYTES = 'octet_length(content::text) + octet_length(to_json(name)::text) + 2'

export function activePacks(db: Db, tenantId: string): Promise<ActivePack[]> {
  return rows<ActivePack>(
    db,
    `SELECT name, platforms, labels, content, ${BYTES} AS bytes FROM packs
     WHERE tenant_id = ? AND enabled ORDER BY name`,
    [tenantId],
  )
}

/** Which of these labels a host has. */
export async function labelsOfHost(db: Db, tenantId: string, hostId: string, names: string[]): Promise<Set<string>> {
  const found = await rows<{ name: string }>(
    db,
    `SELECT l.name FROM label_hosts h JOIN labels l ON l.id = h.label_id
     WHERE h.host_id = :hostId AND l.tenant_id = :tenantId AND l.name = ANY(:names)`,
    { hostId, tenantId, names },
  )
  return new Set(found.map(({ name }) => name))
}
