import { type Db, rows } from '../base/db'

const DAY_MS = 86_400_000
const DAYS_AHEAD = 3
/** Any fixed number: who holds this lock makes the partitions. */
const LOCK = 7_216_001

/** Makes the daily partitions of the next days, so that old days can be dropped whole. Safe to call from many processes. */
export async function ensurePartitions(db: Db, now = new Date()): Promise<void> {
  await db.transaction(async trx => {
    const [lock] = await rows<{ free: boolean }>(trx, 'SELECT pg_try_advisory_xact_lock(?) AS free', [LOCK])
    if (!lock?.free) return
    for (let day = 0; day <= DAYS_AHEAD; day++) {
      const from = new Date(now.getTime() + day * DAY_MS).toISOString().slice(0, 10)
      const to = new Date(now.getTime() + (day + 1) * DAY_MS).toISOString().slice(0, 10)
      const name = `stream_entries_${from.replaceAll('-', '')}`
      await trx.raw(
        `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF stream_entries FOR VALUES FROM ('${from} 00:00+00') TO ('${to} 00:00+00')`,
      )
    }
  })
}
