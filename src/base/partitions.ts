import type { Db, Transaction } from './db'
import { tryLock } from './lock-store'
import { z } from './parse'
import { countRow, manyRows, oneRow } from './rows'
import { lowPriority } from './table-store'

export const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000
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

/** Lengths of partitions that can be created for any time; the name of one ends with as many digits of its start. */
const LENGTHS = { hour: { ms: HOUR_MS, digits: 10 }, day: { ms: DAY_MS, digits: 8 } } as const
export type PartitionLength = keyof typeof LENGTHS

/**
 * Creates all partitions of a table without a default partition that are missing for a span of time. Safe in several
 * processes at once, and never blocks writers: CREATE TABLE ... PARTITION OF would wait for them, and they behind it.
 */
export async function ensureSpan(db: Db, table: string, length: PartitionLength, span: { from: Date; to: Date }) {
  const { ms } = LENGTHS[length]
  const first = Math.floor(span.from.getTime() / ms) * ms
  const known = new Set((await listSpans(db, table, length)).map(({ from }) => from.getTime()))
  const missing: number[] = []
  for (let at = first; at < span.to.getTime(); at += ms) if (!known.has(at)) missing.push(at)
  if (!missing.length) return
  await db.transaction(async trx => {
    if (!(await tryLock(trx, `partitions of ${table}`))) return
    const created = new Set((await listSpans(trx, table, length)).map(({ from }) => from.getTime()))
    for (const at of missing) if (!created.has(at)) await attach(trx, table, length, at)
  })
}

async function attach(trx: Transaction, table: string, length: PartitionLength, at: number) {
  const { ms, digits } = LENGTHS[length]
  const from = new Date(at).toISOString()
  const name = `${table}_${from.replace(/\D/g, '').slice(0, digits)}`
  await trx.raw(`CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL)`)
  const to = new Date(at + ms).toISOString()
  await trx.raw(`ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`)
}

/** All hours or days, oldest first. */
export async function listSpans(db: Db, table: string, length: PartitionLength): Promise<Day[]> {
  const { ms, digits } = LENGTHS[length]
  return (await namesOf(db, table, digits)).map(name => {
    const [, year, month, day, hour] = /(\d{4})(\d{2})(\d{2})(\d{2})?$/.exec(name.slice(-digits)) ?? []
    const from = new Date(`${year}-${month}-${day}T${hour ?? '00'}:00:00Z`)
    return { name, from, to: new Date(from.getTime() + ms) }
  })
}

/** A day (or hour) of rows with a partition of its own, which can be dropped as a whole. */
export interface Day {
  /** Name of the partition. */
  name: string
  from: Date
  /** Exclusive. */
  to: Date
}

/** All days, oldest first. */
export const listDays = (db: Db, table: string): Promise<Day[]> => listSpans(db, table, 'day')

async function namesOf(db: Db, table: string, digits: number): Promise<string[]> {
  const found = await manyRows(
    db,
    z.object({ name: z.string() }),
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = CAST(:table AS regclass) AND c.relname ~ ('^' || :table || '_[0-9]{' || :digits || '}$') ORDER BY 1`,
    { table, digits: String(digits) },
  )
  return found.map(({ name }) => name)
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
