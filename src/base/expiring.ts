import type { Db } from './db'
import type { Keep, RetentionTarget } from './retention'
import { countBefore, deleteBefore, type Expiring, oldestRow, tableSize } from './table-store'

/** Retention target for a small table whose rows have an expiry time. */
export function expiringRows(db: Db, rows: Expiring & { name: string; summary: string; keep: Keep }): RetentionTarget {
  const { name, summary, keep, table } = rows
  return {
    name,
    summary,
    keep,
    measure: async () => ({ oldest: await oldestRow(db, rows), ...(await tableSize(db, table)) }),
    count: before => countBefore(db, rows, before),
    async sweep(before, limit) {
      const deleted = await deleteBefore(db, rows, before, limit)
      return { deleted, next: deleted < limit ? null : '' }
    },
  }
}
