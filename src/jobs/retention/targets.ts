import type { Db } from '../../base/db'
import { expiringRows } from '../../base/expiring'
import type { RetentionTarget, Term } from '../../base/retention'
import { tableSize } from '../../base/table-store'
import type { JobStatus } from '../../contract/jobs'
import type { Engine } from '../engine/engine'
import { bullRecords } from './bull-records'
import { countOldJobs, deleteOldJobs, oldestEnded } from './ended-store'

const HOUR_MS = 3_600_000
/** Sorts before every id. */
const NONE = '00000000-0000-0000-0000-000000000000'

interface Deps {
  db: Db
  engine: Engine
  tenantIds(): Promise<string[]>
}

/** The data of the job platform and how long it is kept. */
export const jobRetention = (deps: Deps): RetentionTarget[] => [
  history(deps, {
    name: 'job_history',
    summary: 'Completed and cancelled jobs with their attempts, except those with open parents or children.',
    term: 'jobs',
    statuses: ['completed', 'cancelled'],
    size: () => tableSize(deps.db, 'jobs', 'job_attempts'),
  }),
  history(deps, {
    name: 'failed_jobs',
    summary: 'Failed jobs with their attempts.',
    term: 'failed',
    statuses: ['failed'],
    size: async () => ({ rows: null, bytes: null }),
  }),
  bullRecords(deps.engine),
  expiringRows(deps.db, {
    name: 'idempotency_keys',
    summary: 'Idempotency keys of requests and schedules.',
    table: 'job_keys',
    column: 'created_at',
    keep: { fixedMs: 24 * HOUR_MS },
  }),
  expiringRows(deps.db, {
    name: 'queue_durations',
    summary: 'Throughput and durations of queues per minute, for percentiles and charts.',
    table: 'job_timings',
    column: 'minute',
    keep: { fixedMs: 25 * HOUR_MS },
  }),
]

interface History {
  name: string
  summary: string
  term: Term
  statuses: readonly JobStatus[]
  size(): Promise<{ rows: number | null; bytes: number | null }>
}

/**
 * Where a sweep is. It walks through the ids of each tenant repeatedly, until a walk finds nothing: each walk deletes
 * the leaves of what the previous one has left of the trees.
 */
interface SweepPosition {
  tenantId: string
  after: string
  /** By this walk. */
  found: number
}

function history(
  { db, tenantIds }: Pick<Deps, 'db' | 'tenantIds'>,
  { name, summary, term, statuses, size }: History,
): RetentionTarget {
  const nextTenant = async (after: string) => (await tenantIds()).sort().find(id => id > after)
  return {
    name,
    summary,
    keep: { term },
    async measure() {
      const oldest = await Promise.all((await tenantIds()).map(tenantId => oldestEnded(db, { tenantId, statuses })))
      const times = oldest.flatMap(at => (at ? [at.getTime()] : []))
      return { oldest: times.length ? new Date(Math.min(...times)) : null, ...(await size()) }
    },
    async count(before) {
      let count = 0
      for (const tenantId of await tenantIds()) count += await countOldJobs(db, { tenantId, statuses }, before)
      return count
    },
    async sweep(before, limit, cursor) {
      const first = async (after: string) => {
        const tenantId = await nextTenant(after)
        return tenantId === undefined ? null : { tenantId, after: NONE, found: 0 }
      }
      const position: SweepPosition | null = cursor === null ? await first('') : JSON.parse(cursor)
      if (!position) return { deleted: 0, next: null }
      const { tenantId, after } = position
      const gone = await deleteOldJobs(db, { tenantId, statuses }, { before, after, limit })
      const found = position.found + gone.length
      const continued = { tenantId, after: gone.at(-1) ?? after, found }
      const again = found > 0 ? { tenantId, after: NONE, found: 0 } : await first(tenantId)
      const next = gone.length === limit ? continued : again
      return { deleted: gone.length, next: next && JSON.stringify(next) }
    },
  }
}
