import type { Db } from '../../base/db'
import { expiringRows } from '../../base/expiring'
import type { RetentionTarget } from '../../base/retention'

const KEPT_MS = 90 * 86_400_000

/** Resolved occurrences of alerts. */
export const occurrenceRetention = (db: Db): RetentionTarget =>
  expiringRows(db, {
    name: 'alerts',
    summary: 'Resolved occurrences of alerts. Firing alerts are never deleted.',
    table: 'alerts',
    column: 'resolved_at',
    keep: { fixedMs: KEPT_MS },
  })
