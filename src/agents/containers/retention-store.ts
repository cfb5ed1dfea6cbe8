import type { Db } from '../../base/db'
import { countRow, oneRow } from '../../base/rows'
import { lowPriority } from '../../base/table-store'

/**
 * Deletes containers that have been gone since before a time.
 * @param limit null: only counts them
 */
export function deleteOldGone(db: Db, before: Date, limit: number | null): Promise<number> {
  if (limit === null)
    return oneRow(db, countRow, "SELECT count(*) AS count FROM containers WHERE state = 'gone' AND state_since < ?", [
      before,
    ]).then(({ count }) => count)
  return lowPriority(db, async trx => {
    const { rowCount } = await trx.raw<{ rowCount: number }>(
      `DELETE FROM containers WHERE id = ANY(ARRAY(
         SELECT id FROM containers WHERE state = 'gone' AND state_since < :before
         ORDER BY state_since LIMIT :limit FOR UPDATE SKIP LOCKED))`,
      { before, limit },
    )
    return rowCount
  })
}
