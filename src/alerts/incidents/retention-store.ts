import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { countRow, firstRow, idRow, oneRow } from '../../base/rows'
import { lowPriority } from '../../base/table-store'

const ENDED = `resolved_at < ? AND NOT EXISTS (
  SELECT 1 FROM incident_alerts a JOIN alerts ON alerts.id = a.alert_id
  WHERE a.incident_id = i.id AND alerts.resolved_at IS NULL)`

/** When the incident that was resolved first has been resolved. */
export async function oldestResolved(db: Db): Promise<Date | null> {
  return (await oneRow(db, z.object({ at: z.date().nullable() }), 'SELECT min(resolved_at) AS at FROM incidents')).at
}

export async function countResolved(db: Db, before: Date): Promise<number> {
  return (await oneRow(db, countRow, `SELECT count(*) AS count FROM incidents i WHERE ${ENDED}`, [before])).count
}

/**
 * Deletes a part of the timeline or alerts of the incident that was resolved first, and once nothing of these is left,
 * the incident. One whose alerts fire on, although it was resolved by hand, is kept.
 * @returns how many rows were deleted; 0: no incident was resolved before the time
 */
export function deleteOldest(db: Db, before: Date, limit: number): Promise<number> {
  return lowPriority(db, async trx => {
    const sql = `SELECT id FROM incidents i WHERE ${ENDED} ORDER BY resolved_at LIMIT 1 FOR UPDATE SKIP LOCKED`
    const oldest = await firstRow(trx, idRow, sql, [before])
    if (!oldest) return 0
    let deleted = 0
    for (const table of ['incident_timeline', 'incident_alerts']) {
      const { rowCount } = await trx.raw<{ rowCount: number }>(
        'DELETE FROM ?? WHERE ctid = ANY(ARRAY(SELECT ctid FROM ?? WHERE incident_id = ? LIMIT ?))',
        [table, table, oldest.id, limit - deleted],
      )
      deleted += rowCount
      if (deleted >= limit) return deleted
    }
    await trx.raw('DELETE FROM incidents WHERE id = ?', [oldest.id])
    return deleted + 1
  })
}
