import type { Db, Transaction } from '../base/db'
import { tryLock } from '../base/lock-store'
import { z } from '../base/parse'
import type { Measure } from '../base/retention'
import { manyRows } from '../base/rows'

const targetRow = z.object({
  name: z.string(),
  measured_at: z.date().nullable(),
  oldest: z.date().nullable(),
  rows: z.number().nullable(),
  bytes: z.number().nullable(),
  swept_at: z.date().nullable(),
  deleted: z.number().nullable(),
  counted_at: z.date().nullable(),
  countable: z.number().nullable(),
  error: z.string().nullable(),
  error_at: z.date().nullable(),
})
export type TargetRow = z.output<typeof targetRow>

/** The latest measurement and sweep of each target. */
export async function readTargets(db: Db): Promise<Map<string, TargetRow>> {
  const found = await manyRows(db, targetRow, 'SELECT * FROM retention_targets')
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
 * Runs the work unless another process holds the lock. The lock ends with its connection, even after kill -9.
 * @param work `stillHeld` rejects once the connection that holds the lock is gone
 * @returns undefined if another process holds the lock
 */
export function withLock<T>(db: Db, work: (stillHeld: () => Promise<unknown>) => Promise<T>): Promise<T | undefined> {
  return db.transaction(async (lock: Transaction) => {
    await lock.raw('SET LOCAL idle_in_transaction_session_timeout = 0') // it locks no rows and lasts as long as the sweep
    return (await tryLock(lock, 'sweep')) ? work(() => lock.raw('SELECT 1')) : undefined
  })
}
