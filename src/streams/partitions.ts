import type { Db, Transaction } from '../base/db'
import { z } from '../base/parse'
import { countRow, manyRows, oneRow } from '../base/rows'
import { lowPriority } from '../base/table-store'

export const DAY_MS = 86_400_000
const DAYS_AHEAD = 3
/** Advisory lock of the process that creates partitions; any fixed number. */
const LOCK = 7_216_001
/** The default partition already holds entries of this day: they stay there, and the day gets no partition. */
const CHECK_VIOLATION = '23514'

/** Creates partitions for today and the next days. Safe in several processes at once. */
export async function ensurePartitions(db: Db, now = new Date()): Promise<void> {
  await db.transaction(async trx => {
    const freeRow = z.object({ free: z.boolean() })
    const { free } = await oneRow(trx, freeRow, 'SELECT pg_try_advisory_xact_lock(?) AS free', [LOCK])
    if (!free) return
    for (let day = 0; day <= DAYS_AHEAD; day++) await ensureDay(trx, new Date(now.getTime() + day * DAY_MS))
  })
}

async function ensureDay(trx: Transaction, at: Date) {
  const from = at.toISOString().slice(0, 10)
  const to = new Date(at.getTime() + DAY_MS).toISOString().slice(0, 10)
  const name = `stream_entries_${from.replaceAll('-', '')}`
  const foundRow = z.object({ found: z.boolean() })
  const { found } = await oneRow(trx, foundRow, 'SELECT to_regclass(?) IS NOT NULL AS found', [name])
  if (found) return // CREATE TABLE IF NOT EXISTS would briefly block writers
  const create = `CREATE TABLE ${name} PARTITION OF stream_entries FOR VALUES FROM ('${from} 00:00+00') TO ('${to} 00:00+00')`
  await trx
    .transaction(async savepoint => savepoint.raw(create))
    .catch((error: Error & { code?: string }) => {
      if (error.code !== CHECK_VIOLATION) throw error
    })
}

/** A day of entries with a partition of its own, which can be dropped as a whole. */
export interface Day {
  /** Name of the partition. */
  name: string
  from: Date
  /** Exclusive. */
  to: Date
}

/** All days, oldest first. */
export async function listDays(db: Db): Promise<Day[]> {
  const found = await manyRows(
    db,
    z.object({ name: z.string() }),
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'stream_entries'::regclass AND c.relname ~ '^stream_entries_[0-9]{8}$' ORDER BY 1`,
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

/** The last `seq` of a topic that will be deleted, and the id of the topic. */
export const topicEnd = z.object({ id: z.number(), last: z.number() })
export type TopicEnd = z.output<typeof topicEnd>

/**
 * The topics after id `after` with entries on a day, and the last entry of each. Skips through the index from topic to
 * topic, so the cost depends on the number of topics, not of entries.
 */
export function topicEnds(db: Db, { name }: Day, after: number, limit: number): Promise<TopicEnd[]> {
  return manyRows(
    db,
    topicEnd,
    `WITH RECURSIVE step(id) AS (
       (SELECT topic_id FROM ${name} WHERE topic_id > :after ORDER BY topic_id LIMIT 1)
       UNION ALL
       SELECT (SELECT topic_id FROM ${name} WHERE topic_id > step.id ORDER BY topic_id LIMIT 1)
       FROM step WHERE step.id IS NOT NULL
     )
     SELECT id, (SELECT max(seq) FROM ${name} WHERE topic_id = step.id) AS last
     FROM step WHERE id IS NOT NULL LIMIT :limit`,
    { after, limit },
  )
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
