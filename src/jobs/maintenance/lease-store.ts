import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow } from '../../base/rows'

/**
 * Acquires or renews a lease, by PostgreSQL's clock.
 * @returns the state left by its last holder, or undefined if another process holds it
 */
export function acquireLease(
  db: Db,
  { name, holder, ms, state }: { name: string; holder: string; ms: number; state: string | null },
): Promise<{ state: string | null } | undefined> {
  return firstRow(
    db,
    z.object({ state: z.string().nullable() }),
    `INSERT INTO job_leases AS l (name, holder, until, state)
     VALUES (:name, :holder, now() + :ms * interval '1 ms', :state)
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until,
       state = coalesce(excluded.state, l.state)
     WHERE l.holder = excluded.holder OR l.until < now()
     RETURNING l.state`,
    { name, holder, ms, state },
  )
}

export async function releaseLease(db: Db, name: string, holder: string, state: string | null): Promise<void> {
  await db.raw('UPDATE job_leases SET until = now(), state = coalesce(?, state) WHERE name = ? AND holder = ?', [
    state,
    name,
    holder,
  ])
}
