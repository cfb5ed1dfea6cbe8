import { type Db, rows, type Transaction } from '../base/db'
import type { Measure } from '../base/retention'

/** Any fixed number: who holds this lock sweeps. */
const LOCK = 7_216_020

export interface TargetRow {
  name: string
  measured_at: Date | null
  oldest: Date | null
  rows: number | null
  bytes: number | null
  swept_at: Date | null
  deleted: number | null
  counted_at: Date | null
  countable: number | null
  error: string | null
  error_at: Date | null
}

export async function readTargets(db: Db): Promise<Map<string, TargetRow>> {
  const found: TargetRow[] = await db('retention_targets').select('*')
  return new Map(found.map(row => [row.name, row]))
}

const write = (db: Db, row: Partial<TargetRow> & { name: string }) =>
  db('retention_targets').insert(row).onConflict('name').merge()

export async function writeMeasure(db: Db, name: string, at: Date, measure: Measure): Promise<void> {
  await write(db, { name, measured_at: at, ...measure })
}

export async function writeSwept(db: Db, name: string, at: Date, deleted: number): Promise<void> {
  await write(db, { name, swept_at: at, deleted, error: null, error_at: null })
}

export async function writeCounted(db: Db, name: string, at: Date, countable: number): Promise<void> {
  await write(db, { name, counted_at: at, countable })
}

export async function writeError(db: Db, name: string, at: Date, error: string): Promise<void> {
  await write(db, { name, error, error_at: at })
}

/**
 * Does the work while no other process does it. The lock ends with its connection, also after kill -9.
 * @param work `stillHeld` rejects when the connection that holds the lock is gone
 * @returns undefined when another process is at it
 */
export function withLock<T>(db: Db, work: (stillHeld: () => Promise<unknown>) => Promise<T>): Promise<T | undefined> {
  return db.transaction(async (lock: Transaction) => {
    await lock.raw('SET LOCAL idle_in_transaction_session_timeout = 0') // it holds no rows, for as long as a sweep takes
    const [got] = await rows<{ free: boolean }>(lock, 'SELECT pg_try_advisory_xact_lock(?) AS free', [LOCK])
    return got?.free ? work(() => lock.raw('SELECT 1')) : undefined
  })
}
