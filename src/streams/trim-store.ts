import type { Db, Transaction } from '../base/db'
import { z } from '../base/parse'
import { countRow, firstRow, manyRows, oneRow } from '../base/rows'
import { lowPriority } from '../base/table-store'
import type { Topic } from './entry'
import { type TopicEnd, topicEnd } from './partitions'

/**
 * Moves the start of topics past entries that will be deleted, so that their readers get a `gap`. Locks topics in the
 * same order as writers.
 * @returns how many entries have become unreadable
 */
export async function moveFirstSeq(trx: Transaction, ends: readonly TopicEnd[]): Promise<number> {
  if (!ends.length) return 0
  const moved = await manyRows(
    trx,
    z.object({ gone: z.number() }),
    `WITH ends AS (SELECT * FROM unnest(?::bigint[], ?::bigint[]) AS e(id, last)),
     held AS (
       SELECT t.id, t.first_seq, ends.last FROM stream_topics t JOIN ends ON ends.id = t.id AND t.first_seq <= ends.last
       ORDER BY t.tenant_id, t.name COLLATE "C" FOR NO KEY UPDATE OF t
     )
     UPDATE stream_topics t SET first_seq = held.last + 1 FROM held WHERE t.id = held.id
     RETURNING held.last + 1 - held.first_seq AS gone`,
    [ends.map(({ id }) => id), ends.map(({ last }) => last)],
  )
  return moved.reduce((sum, { gone }) => sum + gone, 0)
}

/** Deletes old entries of days without a partition, oldest first per topic. @returns how many */
export function trimRest(db: Db, before: Date, limit: number): Promise<number> {
  return lowPriority(db, async trx => {
    const gone = await manyRows(
      trx,
      topicEnd,
      `DELETE FROM stream_entries_rest WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM stream_entries_rest WHERE at < ? ORDER BY topic_id, seq LIMIT ?))
       RETURNING topic_id AS id, seq AS last`,
      [before, limit],
    )
    const ends = new Map<number, number>()
    for (const { id, last } of gone) ends.set(id, Math.max(last, ends.get(id) ?? 0))
    await moveFirstSeq(
      trx,
      Array.from(ends, ([id, last]) => ({ id, last })),
    )
    return gone.length
  })
}

export const readRest = (db: Db, before?: Date): Promise<{ count: number; oldest: Date | null }> =>
  oneRow(
    db,
    countRow.extend({ oldest: z.date().nullable() }),
    `SELECT count(*) AS count, min(at) AS oldest FROM stream_entries_rest
     WHERE :before::timestamptz IS NULL OR at < :before::timestamptz`,
    { before: before ?? null },
  )

const topicRow = z.object({ id: z.number(), tenant_id: z.string(), name: z.string(), created_at: z.date() })
export type TopicRow = z.output<typeof topicRow>

export const findTopic = (db: Db, { tenantId, name }: Topic) =>
  firstRow(
    db,
    z.object({ id: z.number(), first_seq: z.number() }),
    'SELECT id, first_seq FROM stream_topics WHERE tenant_id = ? AND name = ?',
    [tenantId, name],
  )

/** Deletes old entries from the start of a topic. @returns how many */
export function trimTopic(db: Db, topicId: number, before: Date, limit: number): Promise<number> {
  return lowPriority(db, async trx => {
    const { last } = await oneRow(
      trx,
      z.object({ last: z.number().nullable() }),
      `SELECT max(seq) AS last FROM (
         SELECT seq, at FROM stream_entries WHERE topic_id = ? ORDER BY seq LIMIT ?) AS first WHERE at < ?`,
      [topicId, limit, before],
    )
    if (last === null) return 0
    const gone = await trx('stream_entries').where('topic_id', topicId).andWhere('seq', '<=', last).delete()
    await moveFirstSeq(trx, [{ id: topicId, last }])
    return gone
  })
}

export async function countOfTopic(db: Db, topicId: number, before: Date): Promise<number> {
  const { count } = await oneRow(
    db,
    countRow,
    'SELECT count(*) AS count FROM stream_entries WHERE topic_id = ? AND at < ?',
    [topicId, before],
  )
  return count
}

export async function oldestOfTopic(db: Db, topicId: number): Promise<Date | null> {
  const oldest = await firstRow(
    db,
    z.object({ at: z.date() }),
    'SELECT at FROM stream_entries WHERE topic_id = ? ORDER BY seq LIMIT 1',
    [topicId],
  )
  return oldest?.at ?? null
}

/** Topics by age, oldest first. */
export const listTopics = (db: Db, after: number, limit: number) =>
  manyRows(db, topicRow, 'SELECT id, tenant_id, name, created_at FROM stream_topics WHERE id > ? ORDER BY id LIMIT ?', [
    after,
    limit,
  ])

/** Deletes entries of topics, and the topics once they have none left. @returns how many entries */
export function deleteTopics(db: Db, ids: readonly number[], limit: number): Promise<number> {
  return lowPriority(db, async trx => {
    const { rowCount } = await trx.raw<{ rowCount: number }>(
      `DELETE FROM stream_entries e USING (
         SELECT topic_id, seq, at FROM stream_entries WHERE topic_id = ANY(:ids::bigint[]) LIMIT :limit) AS old
       WHERE e.topic_id = old.topic_id AND e.seq = old.seq AND e.at = old.at`,
      { ids, limit },
    )
    if (rowCount < limit) await trx('stream_topics').whereIn('id', ids).delete()
    return rowCount
  })
}
