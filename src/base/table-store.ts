import { type Db, rows, type Transaction } from './db'

const LOCK_MS = 1_000
const STATEMENT_MS = 60_000

/**
 * A transaction for work that can be done later: it gives up rather than let others queue up behind it.
 * @throws Error with PostgreSQL's code 55P03 (lock not available) or 57014 (statement timeout)
 */
export function lowPriority<T>(db: Db, work: (trx: Transaction) => Promise<T>): Promise<T> {
  return db.transaction(async trx => {
    await trx.raw(`SET LOCAL lock_timeout = ${LOCK_MS}; SET LOCAL statement_timeout = ${STATEMENT_MS}`)
    return work(trx)
  })
}

/** What PostgreSQL believes to be in tables (with their partitions) without counting: live rows, and bytes with indexes. */
export async function tableSize(db: Db, ...names: string[]): Promise<{ rows: number; bytes: number }> {
  const [size] = await rows<{ rows: number; bytes: number }>(
    db,
    `SELECT coalesce(sum(s.n_live_tup), 0)::bigint AS rows, coalesce(sum(pg_total_relation_size(s.relid)), 0)::bigint AS bytes
     FROM unnest(?::text[]) AS t(name), pg_partition_tree(t.name::regclass) AS p, pg_stat_user_tables s
     WHERE p.isleaf AND s.relid = p.relid`,
    [names],
  )
  return size ?? { rows: 0, bytes: 0 }
}

/** A table whose rows are done with at the time in one of their columns. */
export interface Expiring {
  table: string
  column: string
}

export async function oldestRow(db: Db, { table, column }: Expiring): Promise<Date | null> {
  const [row] = await rows<{ at: Date | null }>(db, 'SELECT min(??) AS at FROM ??', [column, table])
  return row?.at ?? null
}

export async function countBefore(db: Db, { table, column }: Expiring, before: Date): Promise<number> {
  const [row] = await rows<{ count: number }>(db, 'SELECT count(*) AS count FROM ?? WHERE ?? < ?', [
    table,
    column,
    before,
  ])
  return row?.count ?? 0
}

/** Rows that somebody holds are left for the next time. @returns how many were deleted */
export function deleteBefore(db: Db, { table, column }: Expiring, before: Date, limit: number): Promise<number> {
  return lowPriority(db, async trx => {
    const gone = await rows(
      trx,
      `DELETE FROM ?? WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM ?? WHERE ?? < ? ORDER BY ?? LIMIT ? FOR UPDATE SKIP LOCKED)) RETURNING 1`,
      [table, table, column, before, column, limit],
    )
    return gone.length
  })
}
