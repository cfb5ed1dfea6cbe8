import type { Db } from '../../base/db'
import { expiringRows } from '../../base/expiring'
import type { RetentionTarget, Term } from '../../base/retention'
import { tableSize } from '../../base/table-store'
import type { JobStatus } from '../../contract/jobs'
import type { Engine } from '../engine/engine'
import { bullOrphans, bullRecords } from './bull-records'
import { countOldJobs, deleteOldJobs, oldestEnded } from './ended-store'

const HOUR_MS = 3_600_000
/** Below every id. */
const NONE = '00000000-0000-0000-0000-000000000000'

interface Deps {
  db: Db
  engine: Engine
  tenantIds(): Promise<string[]>
}

/** What the job platform keeps, and for how long. */
export const jobRetention = (deps: Deps): RetentionTarget[] => [
  history(deps, {
    name: 'job_history',
    summary: 'Completed and cancelled jobs with their attempts; never one that is open or has open relatives.',
    term: 'jobs',
    statuses: ['completed', 'cancelled'],
    size: () => tableSize(deps.db, 'jobs', 'job_attempts'),
  }),
  history(deps, {
    name: 'failed_jobs',
    summary: 'Jobs that failed for good, with their attempts.',
    term: 'failed',
    statuses: ['failed'],
    size: async () => ({ rows: null, bytes: null }),
  }),
  bullRecords(deps.engine),
  bullOrphans(deps.engine),
  expiringRows(deps.db, {
    name: 'idempotency_keys',
    summary: 'Idempotency-Key of requests and fire times of schedules.',
    table: 'job_keys',
    column: 'created_at',
    keep: { fixedMs: 24 * HOUR_MS },
  }),
  expiringRows(deps.db, {
    name: 'queue_durations',
    summary: 'What queues did per minute and how long it took: percentiles and charts.',
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
 * A walk through the tenants, and through each one's ids until a walk finds nothing: each takes the leaves of what the
 * one before has left of a tree.
 */
interface Place {
  tenantId: string
  after: string
  /** Of this walk. */
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
      const first = async (behind: string) => {
        const tenantId = await nextTenant(behind)
        return tenantId === undefined ? null : { tenantId, after: NONE, found: 0 }
      }
      const place: Place | null = cursor === null ? await first('') : JSON.parse(cursor)
      if (!place) return { deleted: 0, next: null }
      const { tenantId, after } = place
      const gone = await deleteOldJobs(db, { tenantId, statuses }, { before, after, limit })
      const found = place.found + gone.length
      const onward = { tenantId, after: gone.at(-1) ?? after, found }
      const again = found > 0 ? { tenantId, after: NONE, found: 0 } : await first(tenantId)
      const next = gone.length === limit ? onward : again
      return { deleted: gone.length, next: next && JSON.stringify(next) }
    },
  }
}
