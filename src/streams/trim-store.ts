import type { Db, Transaction } from '../base/db'
import { z } from '../base/parse'
import type { Day } from '../base/partitions'
import { countRow, firstRow, manyRows, oneRow } from '../base/rows'
import { lowPriority } from '../base/table-store'
import type { Topic } from './entry'

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

const COUNT = 'coalesce(sum(last_seq - first_seq + 1), 0)::bigint AS count'

/** Deletes old chunks of days without a partition, oldest first per topic. @returns how many entries and chunks */
export function trimRest(db: Db, before: Date, limit: number): Promise<{ entries: number; chunks: number }> {
  return lowPriority(db, async trx => {
    const gone = await manyRows(
      trx,
      topicEnd.extend({ first: z.number() }),
      `DELETE FROM stream_chunks_rest WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM stream_chunks_rest WHERE last_at < ? ORDER BY topic_id, last_seq LIMIT ?))
       RETURNING topic_id AS id, first_seq AS first, last_seq AS last`,
      [before, limit],
    )
    const ends = new Map<number, number>()
    for (const { id, last } of gone) ends.set(id, Math.max(last, ends.get(id) ?? 0))
    await moveFirstSeq(
      trx,
      Array.from(ends, ([id, last]) => ({ id, last })),
    )
    return { entries: gone.reduce((sum, { first, last }) => sum + last - first + 1, 0), chunks: gone.length }
  })
}

export const readRest = (db: Db, before?: Date): Promise<{ count: number; oldest: Date | null }> =>
  oneRow(
    db,
    countRow.extend({ oldest: z.date().nullable() }),
    `SELECT ${COUNT}, min(last_at) AS oldest FROM stream_chunks_rest
     WHERE :before::timestamptz IS NULL OR last_at < :before::timestamptz`,
    { before: before ?? null },
  )

/** How many entries the chunks of a day have. */
export const countEntries = async (db: Db, { name }: Day): Promise<number> =>
  (await oneRow(db, countRow, `SELECT ${COUNT} FROM ??`, [name])).count

const topicRow = z.object({ id: z.number(), tenant_id: z.string(), name: z.string(), created_at: z.date() })
export type TopicRow = z.output<typeof topicRow>

export const findTopic = (db: Db, { tenantId, name }: Topic) =>
  firstRow(
    db,
    z.object({ id: z.number(), first_seq: z.number() }),
    'SELECT id, first_seq FROM stream_topics WHERE tenant_id = ? AND name = ?',
    [tenantId, name],
  )

/** Deletes old chunks from the start of a topic. @returns how many entries */
export function trimTopic(db: Db, topicId: number, before: Date, limit: number): Promise<number> {
  return lowPriority(db, async trx => {
    const { last, count } = await oneRow(
      trx,
      z.object({ last: z.number().nullable(), count: z.number() }),
      `SELECT max(last_seq) AS last, ${COUNT} FROM (
         SELECT first_seq, last_seq, bool_and(last_at < ?) OVER (ORDER BY last_seq) AS is_old
         FROM stream_chunks WHERE topic_id = ? ORDER BY last_seq LIMIT ?) AS first WHERE is_old`,
      [before, topicId, limit],
    )
    if (last === null) return 0
    await trx('stream_chunks').where('topic_id', topicId).andWhere('last_seq', '<=', last).delete()
    await moveFirstSeq(trx, [{ id: topicId, last }])
    return count
  })
}

export const countOfTopic = async (db: Db, topicId: number, before: Date): Promise<number> =>
  (
    await oneRow(db, countRow, `SELECT ${COUNT} FROM stream_chunks WHERE topic_id = ? AND last_at < ?`, [
      topicId,
      before,
    ])
  ).count

export async function oldestOfTopic(db: Db, topicId: number): Promise<Date | null> {
  const oldest = await firstRow(
    db,
    z.object({ at: z.date() }),
    'SELECT last_at AS at FROM stream_chunks WHERE topic_id = ? ORDER BY last_seq LIMIT 1',
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

/** Deletes chunks of topics, and the topics once they have none left. @returns how many entries, and if all are gone */
export function deleteTopics(
  db: Db,
  ids: readonly number[],
  limit: number,
): Promise<{ entries: number; isComplete: boolean }> {
  return lowPriority(db, async trx => {
    const gone = await manyRows(
      trx,
      z.object({ entries: z.number() }),
      `DELETE FROM stream_chunks c USING (
         SELECT topic_id, last_seq, last_at FROM stream_chunks WHERE topic_id = ANY(:ids::bigint[]) LIMIT :limit) AS old
       WHERE c.topic_id = old.topic_id AND c.last_seq = old.last_seq AND c.last_at = old.last_at
       RETURNING c.last_seq - c.first_seq + 1 AS entries`,
      { ids, limit },
    )
    const isComplete = gone.length < limit
    if (isComplete) await trx('stream_topics').whereIn('id', ids).delete()
    return { entries: gone.reduce((sum, { entries }) => sum + entries, 0), isComplete }
  })
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
     SELECT id, (SELECT max(last_seq) FROM ${name} WHERE topic_id = step.id) AS last
     FROM step WHERE id IS NOT NULL LIMIT :limit`,
    { after, limit },
  )
}
