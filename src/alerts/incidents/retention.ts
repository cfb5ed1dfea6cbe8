import type { Db } from '../../base/db'
import type { RetentionTarget } from '../../base/retention'
import { tableSize } from '../../base/table-store'
import { countResolved, deleteOldest, oldestResolved } from './retention-store'

const KEPT_MS = 180 * 86_400_000

/** Incidents and how long they are kept. */
export const incidentRetention = (db: Db): RetentionTarget[] => [
  {
    name: 'incidents',
    summary: 'Resolved incidents with their timelines. Open ones, and those whose alerts still fire, are kept.',
    keep: { fixedMs: KEPT_MS },
    measure: async () => ({
      oldest: await oldestResolved(db),
      ...(await tableSize(db, 'incidents', 'incident_timeline', 'incident_alerts')),
    }),
    count: before => countResolved(db, before),
    async sweep(before, limit) {
      const deleted = await deleteOldest(db, before, limit)
      return { deleted, next: deleted ? '' : null }
    },
  },
]
