import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow } from '../../base/rows'

const pushedRow = z.object({ id: z.string(), enabled: z.boolean(), started_at: z.date().nullable() })

export const findPushed = (db: Db, hash: string) =>
  firstRow(
    db,
    pushedRow,
    `SELECT m.id, m.enabled, s.started_at FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id WHERE m.push_hash = ?`,
    [hash],
  )

/** @param at null: no run goes on */
export async function storeStart(db: Db, id: string, at: Date | null): Promise<void> {
  await db.raw('UPDATE monitor_states SET started_at = ? WHERE monitor_id = ?', [at, id])
}
