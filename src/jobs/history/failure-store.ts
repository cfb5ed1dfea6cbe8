import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { builtRows, manyRows, storedJson } from '../../base/rows'
import type { FailureSort } from '../../contract/failures'
import { type JobError, type JobFilter, jobError } from '../../contract/jobs'
import { causeOf } from '../lifecycle/fingerprint'
import { jobColumns } from '../lifecycle/job'
import { readOutcome } from '../lifecycle/rows'
import { narrow } from './history-store'

export interface FailureGroup {
  fingerprint: string
  kind: string
  queue: string
  status: 'failed' | 'completed'
  /** Of the latest job. */
  cause: JobError
  count: number
  firstAt: Date
  lastAt: Date
  lastJobId: string
}

const groupRow = z.object({
  fingerprint: z.string(),
  count: z.number(),
  first_at: z.date(),
  last_at: z.date(),
  last_id: z.string(),
})
const latestRow = jobColumns.pick({
  id: true,
  kind: true,
  queue: true,
  status: true,
  error: true,
  outcome_level: true,
  outcome_text: true,
})

const ORDERS = {
  count: ['count', 'last_id'],
  recent: ['last_at', 'last_id'],
} as const satisfies Record<FailureSort, readonly string[]>

/** Jobs that failed or had a bad result, grouped by cause. */
export async function groupFailures(
  db: Db,
  tenantId: string,
  filter: JobFilter,
  { sort, limit }: { sort: FailureSort; limit: number },
): Promise<FailureGroup[]> {
  const query = db('jobs')
    .select(
      'fingerprint',
      db.raw('count(*)::integer AS count'),
      db.raw('min(ended_at) AS first_at'),
      db.raw('max(ended_at) AS last_at'),
      db.raw('max(id::text) AS last_id'),
    )
    .whereNotNull('fingerprint')
    .groupBy('fingerprint')
    .orderBy(ORDERS[sort].map(column => ({ column, order: 'desc' })))
    .limit(limit)
  const counted = await builtRows(groupRow, narrow(query, tenantId, filter))
  if (!counted.length) return []
  const latest = await manyRows(
    db,
    latestRow,
    'SELECT id, kind, queue, status, error, outcome_level, outcome_text FROM jobs WHERE tenant_id = ? AND id = ANY(?::uuid[])',
    [tenantId, counted.map(({ last_id }) => last_id)],
  )
  const byId = new Map(latest.map(row => [row.id, row]))
  return counted.flatMap(({ fingerprint, count, first_at, last_at, last_id }) => {
    const last = byId.get(last_id)
    const cause = last && causeOf(readCause(last))
    if (!cause) return [] // retried or removed in between
    const { kind, queue } = last
    const status = last.status === 'failed' ? 'failed' : 'completed'
    return [{ fingerprint, kind, queue, status, cause, count, firstAt: first_at, lastAt: last_at, lastJobId: last_id }]
  })
}

const readCause = ({ status, error, ...row }: z.output<typeof latestRow>) => ({
  status,
  error: error === null ? null : storedJson(jobError, error),
  outcome: readOutcome(row),
})
