import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { countRow, firstRow, manyRows, oneRow } from '../../base/rows'
import { lowPriority } from '../../base/table-store'

const oldestRow = z.object({ at: z.date().nullable() })

/** When the query that ended first has ended. */
export async function oldestEnd(db: Db): Promise<Date | null> {
  return (await oneRow(db, oldestRow, 'SELECT min(ended_at) AS at FROM queries')).at
}

export async function countEnded(db: Db, before: Date): Promise<number> {
  return (await oneRow(db, countRow, 'SELECT count(*) AS count FROM queries WHERE ended_at < ?', [before])).count
}

/**
 * Deletes rows of the query that ended first, and once it has none left, the query with its targets.
 * @returns how many rows and queries were deleted; 0 if no query ended before the time
 */
export function deleteOldest(db: Db, before: Date, limit: number): Promise<number> {
  return lowPriority(db, async trx => {
    const oldest = await firstRow(
      trx,
      z.object({ id: z.string() }),
      'SELECT id FROM queries WHERE ended_at < ? ORDER BY ended_at LIMIT 1 FOR UPDATE SKIP LOCKED',
      [before],
    )
    if (!oldest) return 0
    const { rowCount } = await trx.raw<{ rowCount: number }>(
      `DELETE FROM query_rows r USING (
         SELECT answer_id, no FROM query_rows
         WHERE answer_id IN (SELECT answer_id FROM query_targets WHERE query_id = ?) LIMIT ?) AS x
       WHERE r.answer_id = x.answer_id AND r.no = x.no`,
      [oldest.id, limit],
    )
    if (rowCount === limit) return rowCount
    await trx.raw('DELETE FROM queries WHERE id = ?', [oldest.id])
    return rowCount + 1
  })
}

/** When the oldest staged answer was registered. Answers that count are not staged. */
export async function oldestStaged(db: Db): Promise<Date | null> {
  return (await oneRow(db, oldestRow, 'SELECT min(staged_at) AS at FROM staged_answers')).at
}

export async function countStaged(db: Db, before: Date): Promise<number> {
  return (await oneRow(db, countRow, 'SELECT count(*) AS count FROM staged_answers WHERE staged_at < ?', [before]))
    .count
}

/** @returns how many answers were deleted */
export function deleteStaged(db: Db, before: Date, limit: number): Promise<number> {
  return lowPriority(db, async trx => {
    const deleted = await manyRows(
      trx,
      z.object({ answer_id: z.string() }),
      `DELETE FROM staged_answers WHERE answer_id = ANY(ARRAY(
         SELECT answer_id FROM staged_answers WHERE staged_at < ? ORDER BY staged_at LIMIT ? FOR UPDATE SKIP LOCKED))
       RETURNING answer_id`,
      [before, limit],
    )
    await trx.raw('DELETE FROM query_rows WHERE answer_id = ANY(?::uuid[])', [deleted.map(each => each.answer_id)])
    return deleted.length
  })
}
