import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { countRow, manyRows, oneRow } from '../../base/rows'

const shardRow = z.object({ shard: z.number(), version: z.number() })
/** A shard that this process owns. */
export type OwnedShard = z.output<typeof shardRow>

/** Registers a process as alive. @returns how many are */
export async function reportAlive(trx: Transaction, id: string, aliveMs: number): Promise<number> {
  await trx.raw('INSERT INTO monitor_checkers (id) VALUES (?) ON CONFLICT (id) DO UPDATE SET seen_at = now()', [id])
  await trx.raw("DELETE FROM monitor_checkers WHERE seen_at < now() - ? * interval '1 millisecond'", [aliveMs])
  return (await oneRow(trx, countRow, 'SELECT count(*) AS count FROM monitor_checkers')).count
}

/** Makes shards the process's own for `leaseMs`, up to `max`; those above it go to others. */
export async function renewShards(trx: Transaction, id: string, max: number, leaseMs: number): Promise<OwnedShard[]> {
  await trx.raw(
    `UPDATE monitor_shards SET owner = NULL, owned_until = NULL WHERE shard IN (
       SELECT shard FROM monitor_shards WHERE owner = ? ORDER BY shard OFFSET ? FOR UPDATE)`,
    [id, max],
  )
  await trx.raw(
    `UPDATE monitor_shards SET owned_until = now() + :leaseMs * interval '1 millisecond', owner = :id WHERE shard IN (
       SELECT shard FROM monitor_shards WHERE owner = :id OR owner IS NULL OR owned_until < now()
       ORDER BY owner IS DISTINCT FROM :id, shard LIMIT :max FOR UPDATE SKIP LOCKED)`,
    { id, max, leaseMs },
  )
  return manyRows(
    trx,
    shardRow,
    'SELECT s.shard, v.version FROM monitor_shards s JOIN monitor_shard_versions v USING (shard) WHERE s.owner = ? ORDER BY s.shard',
    [id],
  )
}

/** Lets others have the shards at once. */
export async function releaseShards(db: Db, id: string): Promise<void> {
  await db.transaction(async trx => {
    await trx.raw('DELETE FROM monitor_checkers WHERE id = ?', [id])
    await trx.raw('UPDATE monitor_shards SET owner = NULL, owned_until = NULL WHERE owner = ?', [id])
  })
}
