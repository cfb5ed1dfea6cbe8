import type { Db } from './db'

/** A connection that hangs longer is dropped, so that the next check opens another. */
const CHECK_TIMEOUT_MS = 2_000

/**
 * PostgreSQL spills about 280 KiB of this to a temporary file, which fails on a full disk (53100). It takes 2 ms and
 * leaves nothing behind: no row, no dead row, no write-ahead log.
 */
const CHECK = `SET LOCAL work_mem = '64kB';
  SELECT current_setting('transaction_read_only')::boolean AS read_only,
    (SELECT count(*) FROM generate_series(1, 20000)) AS spilled`

/** @throws Error if PostgreSQL is unavailable, read-only (a standby, default_transaction_read_only), or out of disk space */
export async function checkWritable(db: Db): Promise<void> {
  const [, found] = await db.raw<{ rows: { read_only: boolean }[] }[]>(CHECK).timeout(CHECK_TIMEOUT_MS)
  if (found?.rows[0]?.read_only) throw new Error('it is read-only: a standby, or default_transaction_read_only')
}
