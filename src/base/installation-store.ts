import type { Db } from './db'
import { z } from './parse'
import { firstRow, idRow, manyRows } from './rows'

/** A killed process counts as running for this long. */
const RUNNING_MS = 15_000

const runningRow = z.object({
  id: z.string(),
  seenAt: z.number().meta({ description: "Milliseconds by PostgreSQL's clock." }),
})
export type RunningProcess = z.output<typeof runningRow>

export async function installationId(db: Db): Promise<string> {
  const found = await firstRow(db, idRow, 'SELECT id FROM installation')
  if (!found) throw new Error('The table "installation" is empty: restore its row from a backup')
  return found.id
}

/** Records that a process is running. Rows of killed processes are removed after an hour. */
export async function recordRunning(db: Db, id: string): Promise<void> {
  await db.raw(
    `WITH gone AS (DELETE FROM processes WHERE seen_at < now() - interval '1 hour')
     INSERT INTO processes (id) VALUES (?) ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()`,
    [id],
  )
}

export async function recordStopped(db: Db, id: string): Promise<void> {
  await db.raw('DELETE FROM processes WHERE id = ?', [id])
}

/** Processes that started before this one and are still running. */
export function runningBefore(db: Db, id: string): Promise<RunningProcess[]> {
  return manyRows(
    db,
    runningRow,
    `SELECT p.id, (extract(epoch FROM p.seen_at) * 1000)::float AS "seenAt" FROM processes p
     JOIN processes own ON own.id = :id AND (p.started_at, p.id) < (own.started_at, own.id)
     WHERE p.seen_at > clock_timestamp() - :runningMs * interval '1 ms' ORDER BY p.started_at LIMIT 1000`,
    { id, runningMs: RUNNING_MS },
  )
}
