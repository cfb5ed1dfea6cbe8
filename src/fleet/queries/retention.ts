import type { Db } from '../../base/db'
import type { RetentionTarget } from '../../base/retention'
import { tableSize } from '../../base/table-store'
import { countEnded, countStaged, deleteOldest, deleteStaged, oldestEnd, oldestStaged } from './retention-store'

/** Longer than a delivery can take. */
const STAGED_MS = 3_600_000
/** Few, because each may have many rows. */
const STAGED_PER_SWEEP = 10

/** The data of live queries and how long it is kept. */
export const queryRetention = (db: Db): RetentionTarget[] => [
  {
    name: 'query_results',
    summary: 'Ended live queries with the answers of their hosts.',
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
    summary: 'Rows of answers whose delivery was interrupted.',
    keep: { fixedMs: STAGED_MS },
    measure: async () => ({ oldest: await oldestStaged(db), ...(await tableSize(db, 'staged_answers')) }),
    count: before => countStaged(db, before),
    async sweep(before, limit) {
      const max = Math.min(limit, STAGED_PER_SWEEP)
      const deleted = await deleteStaged(db, before, max)
      return { deleted, next: deleted < max ? null : '' }
    },
  },
]
