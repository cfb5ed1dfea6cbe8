import type { Db, Transaction } from './db'
import { z } from './parse'
import { countRow, oneRow } from './rows'

const LOCK_TIMEOUT_MS = 1_000
const STATEMENT_TIMEOUT_MS = 60_000

const sizeRow = z.object({ rows: z.number(), bytes: z.number() })
const oldestShape = z.object({ at: z.date().nullable() })

/**
 * A transaction for low-priority work, which gives up rather than block others.
 * @throws Error with PostgreSQL's code 55P03 (lock not available) or 57014 (statement timeout)
 */
export function lowPriority<T>(db: Db, work: (trx: Transaction) => Promise<T>): Promise<T> {
  return db.transaction(async trx => {
    await trx.raw(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`)
    return work(trx)
  })
}

/** PostgreSQL's estimates for tables and their partitions, without counting: live rows, and bytes including indexes. */
export function tableSize(db: Db, ...names: string[]): Promise<{ rows: number; bytes: number }> {
  return oneRow(
    db,
    sizeRow,
    `SELECT coalesce(sum(s.n_live_tup), 0)::bigint AS rows, coalesce(sum(pg_total_relation_size(s.relid)), 0)::bigint AS bytes
     FROM unnest(?::text[]) AS t(name), pg_partition_tree(t.name::regclass) AS p, pg_stat_user_tables s
     WHERE p.isleaf AND s.relid = p.relid`,
    [names],
  )
}

/** A table whose rows expire at the time in one of their columns. */
export interface Expiring {
  table: string
  column: string
}

export async function oldestRow(db: Db, { table, column }: Expiring): Promise<Date | null> {
  return (await oneRow(db, oldestShape, 'SELECT min(??) AS at FROM ??', [column, table])).at
}

export async function countBefore(db: Db, { table, column }: Expiring, before: Date): Promise<number> {
  const bindings = [table, column, before]
  return (await oneRow(db, countRow, 'SELECT count(*) AS count FROM ?? WHERE ?? < ?', bindings)).count
}

/** Skips locked rows. @returns how many rows were deleted */
export function deleteBefore(db: Db, { table, column }: Expiring, before: Date, limit: number): Promise<number> {
  return lowPriority(db, async trx => {
    const { rowCount } = await trx.raw<{ rowCount: number }>(
      `DELETE FROM ?? WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM ?? WHERE ?? < ? ORDER BY ?? LIMIT ? FOR UPDATE SKIP LOCKED))`,
      [table, table, column, before, column, limit],
    )
    return rowCount
  })
}
