import type { Db } from './db'

/** A connection that hangs longer is given up, so that the next check opens another. */
const CHECK_MS = 2_000

/**
 * PostgreSQL keeps about 280 KiB of this in a temporary file, which a full disk refuses (53100). It takes 2 ms and
 * leaves nothing behind: no row, no dead row, no write-ahead log.
 */
const CHECK = `SET LOCAL work_mem = '64kB';
  SELECT current_setting('transaction_read_only')::boolean AS read_only,
    (SELECT count(*) FROM generate_series(1, 20000)) AS spilled`

/** @throws Error when PostgreSQL is away, only reads (a standby, default_transaction_read_only), or has no disk left */
export async function checkWritable(db: Db): Promise<void> {
  const [, found] = await db.raw<{ rows: { read_only: boolean }[] }[]>(CHECK).timeout(CHECK_MS)
  if (found?.rows[0]?.read_only) throw new Error('it takes no writes: a standby, or default_transaction_read_only')
}
