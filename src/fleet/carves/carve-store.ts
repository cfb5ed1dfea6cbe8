import { type Db, rows, type Transaction } from '../../base/db'

export interface CarveRow {
  id: string
  tenant_id: string
  host_id: string
  query_id: string | null
  carve_guid: string
  block_count: number
  block_size: number
  size: number
  /** Blocks. */
  received: number
  created_at: Date
  completed_at: Date | null
}

export type NewCarve = Omit<CarveRow, 'received' | 'created_at' | 'completed_at'> & { session_hash: string }

const COLUMNS =
  'id, tenant_id, host_id, query_id, carve_guid, block_count, block_size, size, received, created_at, completed_at'

/** Carves of one host begin one at a time, in whichever process. */
export async function lockCarvesOf(trx: Transaction, hostId: string): Promise<void> {
  await trx.raw(`SELECT pg_advisory_xact_lock(hashtext('tailrace.carves'), hashtext(?))`, [hostId])
}

/** How many carves other than this one a host has begun, by query. */
export async function countByQuery(trx: Transaction, hostId: string, but: string): Promise<Map<string, number>> {
  const found = await rows<{ query_id: string; count: number }>(
    trx,
    `SELECT query_id, count(*) AS count FROM carves
     WHERE host_id = ? AND carve_guid <> ? AND query_id IS NOT NULL GROUP BY query_id`,
    [hostId, but],
  )
  return new Map(found.map(({ query_id, count }) => [query_id, count]))
}

/** The query of a carve that has begun before. */
export async function findQueryOf(trx: Transaction, hostId: string, carveGuid: string): Promise<string | undefined> {
  const [found] = await rows<{ query_id: string | null }>(
    trx,
    'SELECT query_id FROM carves WHERE host_id = ? AND carve_guid = ?',
    [hostId, carveGuid],
  )
  return found?.query_id ?? undefined
}

/** Which of these carves have begun. */
export async function begunOf(trx: Transaction, hostId: string, carveGuids: readonly string[]): Promise<string[]> {
  const found = await rows<{ carve_guid: string }>(
    trx,
    'SELECT carve_guid FROM carves WHERE host_id = ? AND carve_guid = ANY(?)',
    [hostId, [...carveGuids]],
  )
  return found.map(({ carve_guid }) => carve_guid)
}

export async function setQuery(trx: Transaction, hostId: string, carveGuid: string, queryId: string): Promise<void> {
  await trx.raw('UPDATE carves SET query_id = ? WHERE host_id = ? AND carve_guid = ? AND query_id <> ?', [
    queryId,
    hostId,
    carveGuid,
    queryId,
  ])
}

/**
 * Begins a carve, or gives one that has begun a new session: its blocks stay, unless it is cut otherwise now.
 * @returns its id
 */
export async function putCarve(trx: Transaction, carve: NewCarve): Promise<string> {
  const [before] = await rows<CarveRow>(
    trx,
    `SELECT ${COLUMNS} FROM carves WHERE host_id = ? AND carve_guid = ? FOR UPDATE`,
    [carve.host_id, carve.carve_guid],
  )
  const isSame = before && before.size === carve.size && before.block_size === carve.block_size
  if (before && !isSame) await trx.raw('DELETE FROM carves WHERE id = ?', [before.id])
  const [stored] = await rows<{ id: string }>(
    trx,
    `INSERT INTO carves
       (id, tenant_id, host_id, query_id, carve_guid, session_hash, block_count, block_size, size, completed_at)
     VALUES (:id, :tenant_id, :host_id, :query_id, :carve_guid, :session_hash, :block_count, :block_size, :size,
       CASE WHEN :block_count = 0 THEN now() END)
     ON CONFLICT (host_id, carve_guid) DO UPDATE SET session_hash = excluded.session_hash, query_id = excluded.query_id
     RETURNING id`,
    carve,
  )
  if (!stored) throw new Error('A carve was not stored')
  return stored.id
}

/** The carve of a session, locked: its blocks are counted one at a time. */
export async function lockSession(trx: Transaction, sessionHash: string): Promise<CarveRow | undefined> {
  const [found] = await rows<CarveRow>(trx, `SELECT ${COLUMNS} FROM carves WHERE session_hash = ? FOR UPDATE`, [
    sessionHash,
  ])
  return found
}

export async function hasSession(db: Db, sessionHash: string): Promise<boolean> {
  const found = await rows(db, 'SELECT 1 FROM carves WHERE session_hash = ?', [sessionHash])
  return found.length > 0
}

/** Stores a block once, however often it comes; the last one completes the carve. */
export async function addBlock(trx: Transaction, carveId: string, no: number, data: Buffer): Promise<void> {
  await trx.raw(
    `WITH added AS (
       INSERT INTO carve_blocks (carve_id, no, data) VALUES (:carveId, :no, :data) ON CONFLICT DO NOTHING RETURNING 1
     )
     UPDATE carves SET received = received + 1, completed_at = CASE WHEN received + 1 = block_count THEN now() END
     WHERE id = :carveId AND EXISTS (SELECT FROM added)`,
    { carveId, no, data },
  )
}

/** Newest first. */
export function listCarves(
  db: Db,
  tenantId: string,
  { hostId, before, limit }: { hostId?: string | undefined; before: string | undefined; limit: number },
): Promise<CarveRow[]> {
  return rows<CarveRow>(
    db,
    `SELECT ${COLUMNS} FROM carves
     WHERE tenant_id = :tenantId AND (CAST(:hostId AS uuid) IS NULL OR host_id = :hostId)
       AND (CAST(:before AS uuid) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit`,
    { tenantId, hostId: hostId ?? null, before: before ?? null, limit },
  )
}

export async function findCarve(db: Db, tenantId: string, id: string): Promise<CarveRow | undefined> {
  const [found] = await rows<CarveRow>(db, `SELECT ${COLUMNS} FROM carves WHERE tenant_id = ? AND id = ?`, [
    tenantId,
    id,
  ])
  return found
}

/** @returns whether it was there */
export async function deleteCarve(trx: Transaction, tenantId: string, id: string): Promise<boolean> {
  const gone = await rows(trx, 'DELETE FROM carves WHERE tenant_id = ? AND id = ? RETURNING 1', [tenantId, id])
  return gone.length > 0
}

/** Blocks in their order. */
export async function readBlocks(db: Db, carveId: string, from: number, limit: number): Promise<Buffer[]> {
  const found = await rows<{ data: Buffer }>(
    db,
    'SELECT data FROM carve_blocks WHERE carve_id = ? AND no >= ? ORDER BY no LIMIT ?',
    [carveId, from, limit],
  )
  return found.map(({ data }) => data)
}
