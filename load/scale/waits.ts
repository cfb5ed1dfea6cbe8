import { setTimeout as delay } from 'node:timers/promises'
import { createDb } from '../../src/base/db'
import { z } from '../../src/base/parse'
import { manyRows } from '../../src/base/rows'

const SAMPLE_MS = 25

/** How many sessions of PostgreSQL were on average in each state. */
export interface Waits {
  /** In a transaction, while its process does something else. */
  client: number
  /** For a lock that another session holds. */
  lock: number
  /** For the disk, or for another session that writes the log. */
  disk: number
  /** Running, or waiting for a core. */
  running: number
}

const sessionRow = z.object({ state: z.string(), type: z.string().nullable(), event: z.string().nullable() })
type Session = z.output<typeof sessionRow>

/** Samples what sessions wait for while `work` runs. */
export async function withWaits<T>(databaseUrl: string, work: () => Promise<T>): Promise<{ result: T; waits: Waits }> {
  const db = createDb(databaseUrl, 1)
  const total: Waits = { client: 0, lock: 0, disk: 0, running: 0 }
  let samples = 0
  let isOver = false
  const sample = async () => {
    while (!isOver) {
      for (const session of await sessionsOf(db)) total[stateOf(session)]++
      samples++
      await delay(SAMPLE_MS)
    }
  }
  const sampling = sample()
  try {
    const result = await work()
    isOver = true
    await sampling
    const mean = (count: number) => count / samples
    const { client, lock, disk, running } = total
    return { result, waits: { client: mean(client), lock: mean(lock), disk: mean(disk), running: mean(running) } }
  } finally {
    isOver = true
    await db.destroy()
  }
}

const sessionsOf = (db: ReturnType<typeof createDb>) =>
  manyRows(
    db,
    sessionRow,
    `SELECT state, wait_event_type AS type, wait_event AS event FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state IN ('active', 'idle in transaction')`,
  )

function stateOf({ state, type, event }: Session): keyof Waits {
  if (state !== 'active' || type === 'Client') return 'client'
  if (type === 'Lock') return 'lock'
  if (type === 'IO' || event === 'WALWrite') return 'disk'
  return 'running'
}
