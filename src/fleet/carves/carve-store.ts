import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, idRow, manyRows } from '../../base/rows'
import { carve } from '../../contract/carves'

const carveRow = carve.extend({
  block_size: z.number(),
  created_at: z.date(),
  completed_at: z.date().nullable(),
})
export type CarveRow = z.output<typeof carveRow>

export type NewCarve = Omit<CarveRow, 'received' | 'created_at' | 'completed_at'> & {
  tenant_id: string
  session_hash: string
}

const COLUMNS = Object.keys(carveRow.shape).join(', ')

/** Serializes the start of carves of one host, across processes. */
export async function lockCarvesOf(trx: Transaction, hostId: string): Promise<void> {
  await trx.raw(`SELECT pg_advisory_xact_lock(hashtext('tailrace.carves'), hashtext(?))`, [hostId])
}

/** How many carves other than this one a host has started, by query id. */
export async function countByQuery(trx: Transaction, hostId: string, carveGuid: string): Promise<Map<string, number>> {
  const found = await manyRows(
    trx,
    z.object({ query_id: z.string(), count: z.number() }),
    `SELECT query_id, count(*) AS count FROM carves
     WHERE host_id = ? AND carve_guid <> ? AND query_id IS NOT NULL GROUP BY query_id`,
    [hostId, carveGuid],
  )
  return new Map(found.map(({ query_id, count }) => [query_id, count]))
}

/** The query of a carve that has already started. */
export async function findQueryOf(trx: Transaction, hostId: string, carveGuid: string): Promise<string | undefined> {
  const found = await firstRow(
    trx,
    z.object({ query_id: z.string().nullable() }),
    'SELECT query_id FROM carves WHERE host_id = ? AND carve_guid = ?',
    [hostId, carveGuid],
  )
  return found?.query_id ?? undefined
}

/** @returns the guids of those carves that have started */
export async function startedOf(trx: Transaction, hostId: string, carveGuids: readonly string[]): Promise<string[]> {
  const found = await manyRows(
    trx,
    z.object({ carve_guid: z.string() }),
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

/** Starts a carve, or gives a started one a new session and keeps its blocks, unless the sizes have changed. */
export async function putCarve(trx: Transaction, carve: NewCarve): Promise<void> {
  const before = await firstRow(
    trx,
    carveRow,
    `SELECT ${COLUMNS} FROM carves WHERE host_id = ? AND carve_guid = ? FOR UPDATE`,
    [carve.host_id, carve.carve_guid],
  )
  const isSame = before && before.size === carve.size && before.block_size === carve.block_size
  if (before && !isSame) await trx.raw('DELETE FROM carves WHERE id = ?', [before.id])
  await trx.raw(
    `INSERT INTO carves
       (id, tenant_id, host_id, query_id, carve_guid, session_hash, block_count, block_size, size, completed_at)
     VALUES (:id, :tenant_id, :host_id, :query_id, :carve_guid, :session_hash, :block_count, :block_size, :size,
       CASE WHEN :block_count = 0 THEN now() END)
     ON CONFLICT (host_id, carve_guid) DO UPDATE SET session_hash = excluded.session_hash, query_id = excluded.query_id`,
    carve,
  )
}

/** Reads and locks the carve of a session, so that its blocks are counted one at a time. */
export const lockSession = (trx: Transaction, sessionHash: string) =>
  firstRow(trx, carveRow, `SELECT ${COLUMNS} FROM carves WHERE session_hash = ? FOR UPDATE`, [sessionHash])

export async function hasSession(db: Db, sessionHash: string): Promise<boolean> {
  const found = await firstRow(db, idRow, 'SELECT id FROM carves WHERE session_hash = ?', [sessionHash])
  return found !== undefined
}

/** Stores a block unless it is already stored; the last one completes the carve. */
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
) {
  return manyRows(
    db,
    carveRow,
    `SELECT ${COLUMNS} FROM carves
     WHERE tenant_id = :tenantId AND (CAST(:hostId AS uuid) IS NULL OR host_id = :hostId)
       AND (CAST(:before AS uuid) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit`,
    { tenantId, hostId: hostId ?? null, before: before ?? null, limit },
  )
}

export const findCarve = (db: Db, tenantId: string, id: string) =>
  firstRow(db, carveRow, `SELECT ${COLUMNS} FROM carves WHERE tenant_id = ? AND id = ?`, [tenantId, id])

/** @returns whether there was such a carve */
export async function deleteCarve(trx: Transaction, tenantId: string, id: string): Promise<boolean> {
  const sql = 'DELETE FROM carves WHERE tenant_id = ? AND id = ? RETURNING id'
  const deleted = await firstRow(trx, idRow, sql, [tenantId, id])
  return deleted !== undefined
}

/** Reads blocks in order. */
export async function readBlocks(db: Db, carveId: string, from: number, limit: number): Promise<Buffer[]> {
  const found = await manyRows(
    db,
    z.object({ data: z.instanceof(Buffer) }),
    'SELECT data FROM carve_blocks WHERE carve_id = ? AND no >= ? ORDER BY no LIMIT ?',
    [carveId, from, limit],
  )
  return found.map(({ data }) => data)
}
