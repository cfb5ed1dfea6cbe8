import type { Db } from '../../base/db'
import { expiringRows } from '../../base/expiring'
import type { RetentionTarget } from '../../base/retention'

export const scheduleRetention = (db: Db): RetentionTarget[] => [
  expiringRows(db, {
    name: 'scheduled_results',
    summary: 'Rows of scheduled queries, as logged by hosts.',
    table: 'scheduled_results',
    column: 'received_at',
    keep: { term: 'logs' },
  }),
]
