import { type Db, rows } from '../base/db'

/** Counts one more, if there may be one more; a window that is over begins anew. @returns when the window ends */
export async function countAttempt(
  db: Db,
  attempt: { key: string; max: number; windowMs: number },
): Promise<Date | undefined> {
  const [row] = await rows<{ ends_at: Date }>(
    db,
    `INSERT INTO sign_in_attempts AS a (key, count, ends_at)
     VALUES (:key, 1, date_trunc('milliseconds', now() + make_interval(secs => :windowMs / 1000.0)))
     ON CONFLICT (key) DO UPDATE SET
       count = CASE WHEN a.ends_at <= now() THEN 1 ELSE a.count + 1 END,
       ends_at = CASE WHEN a.ends_at <= now() THEN excluded.ends_at ELSE a.ends_at END
     WHERE a.ends_at <= now() OR a.count < :max
     RETURNING ends_at`,
    attempt,
  )
  return row?.ends_at
}

/** Takes one back, unless its window is over by now. */
export async function uncountAttempt(db: Db, key: string, endsAt: Date): Promise<void> {
  await db.raw('UPDATE sign_in_attempts SET count = count - 1 WHERE key = :key AND ends_at = :endsAt', { key, endsAt })
}

/** How long the window of a key still lasts. */
export async function msUntilNextAttempt(db: Db, key: string): Promise<number> {
  const [row] = await rows<{ ms: number }>(
    db,
    'SELECT (extract(epoch FROM ends_at - now()) * 1000)::float8 AS ms FROM sign_in_attempts WHERE key = :key',
    { key },
  )
  return row?.ms ?? 0
}
