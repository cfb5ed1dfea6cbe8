import type { Db } from '../../base/db'
import { expiringRows } from '../../base/expiring'
import { countDay, DAY_MS, dropDay, listDays } from '../../base/partitions'
import type { RetentionTarget } from '../../base/retention'
import { countBefore, deleteBefore, oldestRow, tableSize } from '../../base/table-store'
import { countOldChanges, deleteOldChanges } from './old-change-store'

const TABLE = 'monitor_checks'
/** Of what no partition covers. */
const REST = { table: 'monitor_checks_rest', column: 'checked_at' }
/** A little more than the longest window that is shown. */
const HOURS_KEPT_MS = 100 * DAY_MS
const DAYS_KEPT_MS = 400 * DAY_MS

export const historyRetention = (db: Db): RetentionTarget[] => [
  checks(db),
  expiringRows(db, {
    name: 'monitor_hours',
    summary: 'Sums of checks by hour.',
    table: 'monitor_hours',
    column: 'at',
    keep: { fixedMs: HOURS_KEPT_MS },
  }),
  expiringRows(db, {
    name: 'monitor_days',
    summary: 'Sums of checks and of uptime by day.',
    table: 'monitor_days',
    column: 'at',
    keep: { fixedMs: DAYS_KEPT_MS },
  }),
  expiringRows(db, {
    name: 'monitor_certificates',
    summary: 'Certificates that checks have not seen any more.',
    table: 'monitor_certificates',
    column: 'seen_at',
    keep: { fixedMs: DAYS_KEPT_MS },
  }),
  changes(db),
]

const checks = (db: Db): RetentionTarget => ({
  name: 'monitor_checks',
  summary: 'Single checks of monitors, dropped by whole days. Their sums by hour and day are kept longer.',
  keep: { term: 'logs' },
  grainMs: DAY_MS,
  async measure() {
    const [[first], rest, size] = await Promise.all([listDays(db, TABLE), oldestRow(db, REST), tableSize(db, TABLE)])
    const times = [first?.from, rest].flatMap(at => (at ? [at.getTime()] : []))
    return { oldest: times.length ? new Date(Math.min(...times)) : null, ...size }
  },
  async count(before) {
    let count = await countBefore(db, REST, before)
    for (const day of await listDays(db, TABLE)) if (day.to <= before) count += await countDay(db, day)
    return count
  },
  async sweep(before, limit) {
    const day = (await listDays(db, TABLE)).find(({ to }) => to <= before)
    if (!day) {
      const deleted = await deleteBefore(db, REST, before, limit)
      return { deleted, next: deleted < limit ? null : '' }
    }
    const deleted = await countDay(db, day)
    await dropDay(db, day)
    return { deleted, next: '' }
  },
})

const changes = (db: Db): RetentionTarget => ({
  name: 'monitor_changes',
  summary:
    'Changes of state of monitors. The last one before is never deleted, because it says how the time after began.',
  keep: { fixedMs: DAYS_KEPT_MS },
  measure: async () => ({ oldest: null, ...(await tableSize(db, 'monitor_changes')) }),
  count: before => countOldChanges(db, before),
  async sweep(before, limit) {
    const deleted = await deleteOldChanges(db, before, limit)
    return { deleted, next: deleted < limit ? null : '' }
  },
})
