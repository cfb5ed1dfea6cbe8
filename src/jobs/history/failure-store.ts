import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { builtRows, manyRows, storedJson } from '../../base/rows'
import { type JobError, type JobFilter, jobError } from '../../contract/jobs'
import { jobColumns } from '../lifecycle/job'
import { narrow } from './history-store'

export interface FailureGroup {
  fingerprint: string
  kind: string
  queue: string
  /** The latest error of the group. */
  error: JobError
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
const latestRow = jobColumns.pick({ id: true, kind: true, queue: true, error: true })

/** Failed jobs, grouped by cause, the most frequent first. */
export async function groupFailures(
  db: Db,
  tenantId: string,
  filter: JobFilter,
  limit: number,
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
    .orderBy([
      { column: 'count', order: 'desc' },
      { column: 'last_id', order: 'desc' },
    ])
    .limit(limit)
  const counted = await builtRows(groupRow, narrow(query, tenantId, filter))
  if (!counted.length) return []
  const latest = await manyRows(
    db,
    latestRow,
    'SELECT id, kind, queue, error FROM jobs WHERE tenant_id = ? AND id = ANY(?::uuid[])',
    [tenantId, counted.map(({ last_id }) => last_id)],
  )
  const byId = new Map(latest.map(row => [row.id, row]))
  return counted.flatMap(({ fingerprint, count, first_at, last_at, last_id }) => {
    const last = byId.get(last_id)
    if (!last?.error) return [] // retried or removed in between
    const { kind, queue } = last
    const error = storedJson(jobError, last.error)
    return [{ fingerprint, kind, queue, error, count, firstAt: first_at, lastAt: last_at, lastJobId: last_id }]
  })
}
