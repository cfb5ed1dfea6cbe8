import type { Db } from '../../base/db'
import type { RetentionTarget } from '../../base/retention'
import { tableSize } from '../../base/table-store'
import { countEnded, countStaged, deleteOldest, deleteStaged, oldestEnd, oldestStaged } from './retention-store'

/** Longer than a delivery can take. */
const STAGED_MS = 3_600_000
/** Each may have very many rows. */
const STAGED_AT_ONCE = 10

/** What live queries keep and for how long. */
export const queryRetention = (db: Db): RetentionTarget[] => [
  {
    name: 'query_results',
    summary: 'Live queries that have ended, with what their hosts answered.',
    keep: { term: 'jobs' },
    measure: async () => ({
      oldest: await oldestEnd(db),
      ...(await tableSize(db, 'queries', 'query_targets', 'query_rows')),
    }),
    count: before => countEnded(db, before),
    async sweep(before, limit) {
      const deleted = await deleteOldest(db, before, limit)
      return { deleted, next: deleted ? '' : null }
    },
  },
  {
    name: 'staged_answers',
    summary: 'Rows of answers whose delivery was broken off.',
    keep: { fixedMs: STAGED_MS },
    measure: async () => ({ oldest: await oldestStaged(db), ...(await tableSize(db, 'staged_answers')) }),
    count: before => countStaged(db, before),
    async sweep(before, limit) {
      const most = Math.min(limit, STAGED_AT_ONCE)
      const deleted = await deleteStaged(db, before, most)
      return { deleted, next: deleted < most ? null : '' }
    },
  },
]
