import type { Db } from '../../base/db'
import type { RetentionTarget } from '../../base/retention'
import { countBefore, deleteBefore, oldestRow, tableSize } from '../../base/table-store'

const CREATED = { table: 'notifications', column: 'created_at' }

/** Those that wait are younger than a day, which is the shortest term. */
export const notificationRetention = (db: Db): RetentionTarget => ({
  name: 'notifications',
  summary: 'Notifications with their attempts, and decisions not to send one.',
  keep: { term: 'jobs' },
  measure: async () => ({ oldest: await oldestRow(db, CREATED), ...(await tableSize(db, CREATED.table)) }),
  count: before => countBefore(db, CREATED, before),
  async sweep(before, limit) {
    const deleted = await deleteBefore(db, CREATED, before, limit)
    return { deleted, next: deleted < limit ? null : '' }
  },
})
