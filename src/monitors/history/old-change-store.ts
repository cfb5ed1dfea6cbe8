import type { Db } from '../../base/db'
import { countRow, oneRow } from '../../base/rows'
import { lowPriority } from '../../base/table-store'

/** Changes that another one before the same time has replaced. */
const OLD = `c.at < :before AND EXISTS (
  SELECT 1 FROM monitor_changes later WHERE later.monitor_id = c.monitor_id AND later.at < :before AND (later.at, later.id) > (c.at, c.id))`

export async function countOldChanges(db: Db, before: Date): Promise<number> {
  return (await oneRow(db, countRow, `SELECT count(*) AS count FROM monitor_changes c WHERE ${OLD}`, { before })).count
}

export const deleteOldChanges = (db: Db, before: Date, limit: number): Promise<number> =>
  lowPriority(db, async trx => {
    const { rowCount } = await trx.raw<{ rowCount: number }>(
      `DELETE FROM monitor_changes WHERE id IN (SELECT c.id FROM monitor_changes c WHERE ${OLD} ORDER BY c.id LIMIT :limit)`,
      { before, limit },
    )
    return rowCount
  })
