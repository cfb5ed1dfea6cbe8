import type { Db, Transaction } from './db'
import { tryLock } from './lock-store'
import { z } from './parse'
import { countRow, manyRows, oneRow } from './rows'
import { lowPriority } from './table-store'

export const DAY_MS = 86_400_000
const DAYS_AHEAD = 3
/** The default partition already holds rows of this day: they stay there, and the day gets no partition. */
const CHECK_VIOLATION = '23514'

/** Creates a table's partitions for today and the next days. Safe in several processes at once. */
export async function ensurePartitions(db: Db, table: string, now = new Date()): Promise<void> {
  await db.transaction(async trx => {
    if (!(await tryLock(trx, `partitions of ${table}`))) return
    for (let day = 0; day <= DAYS_AHEAD; day++) await ensureDay(trx, table, new Date(now.getTime() + day * DAY_MS))
  })
}

async function ensureDay(trx: Transaction, table: string, at: Date) {
  const from = at.toISOString().slice(0, 10)
  const to = new Date(at.getTime() + DAY_MS).toISOString().slice(0, 10)
  const name = `${table}_${from.replaceAll('-', '')}`
  const foundRow = z.object({ found: z.boolean() })
  // in our schema: another one in the search path may belong to another installation, which has the same names
  const find = `SELECT to_regclass(quote_ident(current_schema) || '.' || ?::text) IS NOT NULL AS found`
  const { found } = await oneRow(trx, foundRow, find, [name])
  if (found) return // CREATE TABLE IF NOT EXISTS would briefly block writers
  const create = `CREATE TABLE ${name} PARTITION OF ${table} FOR VALUES FROM ('${from} 00:00+00') TO ('${to} 00:00+00')`
  await trx
    .transaction(async savepoint => savepoint.raw(create))
    .catch((error: Error & { code?: string }) => {
      if (error.code !== CHECK_VIOLATION) throw error
    })
}

/** A day of rows with a partition of its own, which can be dropped as a whole. */
export interface Day {
  /** Name of the partition. */
  name: string
  from: Date
  /** Exclusive. */
  to: Date
}

/** All days, oldest first. */
export async function listDays(db: Db, table: string): Promise<Day[]> {
  const found = await manyRows(
    db,
    z.object({ name: z.string() }),
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = CAST(:table AS regclass) AND c.relname ~ ('^' || :table || '_[0-9]{8}$') ORDER BY 1`,
    { table },
  )
  return found.map(({ name }) => {
    const [, year, month, day] = /(\d{4})(\d{2})(\d{2})$/.exec(name) ?? []
    const from = new Date(`${year}-${month}-${day}T00:00:00Z`)
    return { name, from, to: new Date(from.getTime() + DAY_MS) }
  })
}

export async function countDay(db: Db, { name }: Day): Promise<number> {
  const { count } = await oneRow(db, countRow, 'SELECT count(*) AS count FROM ??', [name])
  return count
}

/**
 * Drops a day. Waits only briefly for the lock, because writers would queue behind it.
 * @throws Error with PostgreSQL's code 55P03 (lock not available)
 */
export async function dropDay(db: Db, { name }: Day): Promise<void> {
  await lowPriority(db, async trx => {
    await trx.raw("SET LOCAL lock_timeout = '200ms'")
    await trx.raw('DROP TABLE IF EXISTS ??', [name])
  })
}
