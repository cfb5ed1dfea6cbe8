import type { Db } from '../base/db'
import { z } from '../base/parse'
import { firstRow } from '../base/rows'

/**
 * Counts one attempt, in a new window if the last one is over.
 * @returns the end of the window; undefined, and nothing is counted, once the window has `max` attempts
 */
export async function countAttempt(
  db: Db,
  attempt: { key: string; max: number; windowMs: number },
): Promise<Date | undefined> {
  const counted = await firstRow(
    db,
    z.object({ ends_at: z.date() }),
    `INSERT INTO sign_in_attempts AS a (key, count, ends_at)
     VALUES (:key, 1, date_trunc('milliseconds', now() + make_interval(secs => :windowMs / 1000.0)))
     ON CONFLICT (key) DO UPDATE SET
       count = CASE WHEN a.ends_at <= now() THEN 1 ELSE a.count + 1 END,
       ends_at = CASE WHEN a.ends_at <= now() THEN excluded.ends_at ELSE a.ends_at END
     WHERE a.ends_at <= now() OR a.count < :max
     RETURNING ends_at`,
    attempt,
  )
  return counted?.ends_at
}

/** Subtracts one attempt from the window that ends at this time, if it is still the current one. */
export async function uncountAttempt(db: Db, key: string, endsAt: Date): Promise<void> {
  await db.raw('UPDATE sign_in_attempts SET count = count - 1 WHERE key = :key AND ends_at = :endsAt', { key, endsAt })
}

/** How long until the window of a key ends. */
export async function msUntilNextAttempt(db: Db, key: string): Promise<number> {
  const window = await firstRow(
    db,
    z.object({ ms: z.number() }),
    'SELECT (extract(epoch FROM ends_at - now()) * 1000)::float8 AS ms FROM sign_in_attempts WHERE key = :key',
    { key },
  )
  return window?.ms ?? 0
}
