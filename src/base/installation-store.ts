import { type Db, rows } from './db'

/** A process that was killed is counted for this long. */
const LIVING_MS = 15_000

export async function installationId(db: Db): Promise<string> {
  const [found] = await rows<{ id: string }>(db, 'SELECT id FROM installation')
  if (!found) throw new Error('The table installation is empty: restore its row from a backup')
  return found.id
}

/** Says that a process runs. Rows that killed ones have left are removed after an hour. */
export async function sayRunning(db: Db, id: string): Promise<void> {
  await db.raw(
    `WITH gone AS (DELETE FROM processes WHERE seen_at < now() - interval '1 hour')
     INSERT INTO processes (id) VALUES (?) ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()`,
    [id],
  )
}

export async function sayStopped(db: Db, id: string): Promise<void> {
  await db.raw('DELETE FROM processes WHERE id = ?', [id])
}

export interface Living {
  id: string
  /** Milliseconds of PostgreSQL's clock. */
  seenAt: number
}

/** Processes that began before this one and have been seen a moment ago. */
export function livingBefore(db: Db, id: string): Promise<Living[]> {
  return rows<Living>(
    db,
    `SELECT p.id, (extract(epoch FROM p.seen_at) * 1000)::float AS "seenAt" FROM processes p
     JOIN processes own ON own.id = :id AND (p.started_at, p.id) < (own.started_at, own.id)
     WHERE p.seen_at > clock_timestamp() - :livingMs * interval '1 ms' ORDER BY p.started_at LIMIT 1000`,
    { id, livingMs: LIVING_MS },
  )
}
