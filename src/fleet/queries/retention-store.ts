import { type Db, rows } from '../../base/db'
import { lowPriority } from '../../base/table-store'

/** When the query that ended first has ended. */
export async function oldestEnd(db: Db): Promise<Date | null> {
  const [found] = await rows<{ at: Date | null }>(db, 'SELECT min(ended_at) AS at FROM queries', [])
  return found?.at ?? null
}

export async function countEnded(db: Db, before: Date): Promise<number> {
  const [found] = await rows<{ count: number }>(db, 'SELECT count(*) AS count FROM queries WHERE ended_at < ?', [
    before,
  ])
  return found?.count ?? 0
}

/**
 * Takes rows of the query that ended first; when it has none left, the query with its targets.
 * @returns how many of both are gone; 0 when nothing has ended before
 */
export function deleteOldest(db: Db, before: Date, limit: number): Promise<number> {
  return lowPriority(db, async trx => {
    const [oldest] = await rows<{ id: string }>(
      trx,
      'SELECT id FROM queries WHERE ended_at < ? ORDER BY ended_at LIMIT 1 FOR UPDATE SKIP LOCKED',
      [before],
    )
    if (!oldest) return 0
    const gone = await rows(
      trx,
      `DELETE FROM query_rows r USING (
         SELECT answer_id, no FROM query_rows
         WHERE answer_id IN (SELECT answer_id FROM query_targets WHERE query_id = ?) LIMIT ?) AS x
       WHERE r.answer_id = x.answer_id AND r.no = x.no RETURNING 1`,
      [oldest.id, limit],
    )
    if (gone.length === limit) return gone.length
    await trx.raw('DELETE FROM queries WHERE id = ?', [oldest.id])
    return gone.length + 1
  })
}

/** Answers that were stored ahead and that nothing came of. */
export async function oldestStaged(db: Db): Promise<Date | null> {
  const [found] = await rows<{ at: Date | null }>(db, 'SELECT min(staged_at) AS at FROM staged_answers', [])
  return found?.at ?? null
}

export async function countStaged(db: Db, before: Date): Promise<number> {
  const [found] = await rows<{ count: number }>(
    db,
    'SELECT count(*) AS count FROM staged_answers WHERE staged_at < ?',
    [before],
  )
  return found?.count ?? 0
}

/** @returns how many answers are gone */
export function deleteStaged(db: Db, before: Date, limit: number): Promise<number> {
  return lowPriority(db, async trx => {
    const gone = await rows<{ answer_id: string }>(
      trx,
      `DELETE FROM staged_answers WHERE answer_id = ANY(ARRAY(
         SELECT answer_id FROM staged_answers WHERE staged_at < ? ORDER BY staged_at LIMIT ? FOR UPDATE SKIP LOCKED))
       RETURNING answer_id`,
      [before, limit],
    )
    await trx.raw('DELETE FROM query_rows WHERE answer_id = ANY(?::uuid[])', [gone.map(each => each.answer_id)])
    return gone.length
  })
}
