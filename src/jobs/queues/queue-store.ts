import type { Db } from '../../base/db'
import { firstIdAt } from '../../base/ids'
import { z } from '../../base/parse'
import { countRow, idRow, manyRows } from '../../base/rows'

/** As long as `since` of `QUEUE_COUNTS`. */
const HOUR_MS = 60 * 60_000
const ENDED_MS = 24 * HOUR_MS
/** An id is made just before the time that is stored as the creation of its job. */
const ID_AHEAD_MS = 60_000

/** How many jobs of a tenant each worker process runs. */
export async function countRunning(db: Db, tenantId: string): Promise<Map<string, number>> {
  const found = await manyRows(
    db,
    countRow.extend({ worker: z.string() }),
    `SELECT worker, count(*)::integer AS count FROM jobs
     WHERE tenant_id = ? AND ended_at IS NULL AND status = 'running' AND worker IS NOT NULL GROUP BY worker`,
    [tenantId],
  )
  return new Map(found.map(({ worker, count }) => [worker, count]))
}

/** Since when jobs have been ready to run, by id. */
export async function readWaiting(db: Db, ids: readonly string[]): Promise<Map<string, Date>> {
  if (!ids.length) return new Map()
  const found = await manyRows(
    db,
    idRow.extend({ since: z.date() }),
    `SELECT id, greatest(created_at, run_at) AS since FROM jobs WHERE ended_at IS NULL AND id = ANY(?::uuid[])`,
    [ids as string[]],
  )
  return new Map(found.map(({ id, since }) => [id, since]))
}

const countedRow = z.object({
  tenant_id: z.string(),
  queue: z.string(),
  count: z.enum(['scheduled', 'pending', 'running', 'failed', 'bad']),
  jobs: z.number(),
  /** Of them, those that were created in the last hour; 0 for those that have not ended. */
  last_hour: z.number(),
  /** Since when the longest-waiting one has been ready to run; null for those that have ended. */
  since: z.date().nullable(),
})
export type CountedRow = z.output<typeof countedRow>

/**
 * The counts of `QUEUE_COUNTS` that are not 0, for one tenant or all. Ids are UUIDv7: those of the last day are found in
 * the indexes of jobs that failed and of jobs whose outcome is not ok.
 */
export function countJobsByQueue(db: Db, tenantId: string | null = null): Promise<CountedRow[]> {
  const now = Date.now()
  const since = new Date(now - ENDED_MS)
  const ended = 'count(*)::integer, (count(*) FILTER (WHERE created_at >= :lastHour))::integer, NULL'
  const ofDay = 'id >= :first AND created_at >= :since AND (CAST(:tenantId AS uuid) IS NULL OR tenant_id = :tenantId)'
  return manyRows(
    db,
    countedRow,
    `SELECT tenant_id, queue, status AS count, count(*)::integer AS jobs, 0 AS last_hour,
       min(greatest(created_at, run_at)) AS since
     FROM jobs WHERE ended_at IS NULL AND (CAST(:tenantId AS uuid) IS NULL OR tenant_id = :tenantId)
     GROUP BY tenant_id, queue, status
     UNION ALL
     SELECT tenant_id, queue, 'failed', ${ended}
     FROM jobs WHERE error IS NOT NULL AND status = 'failed' AND ${ofDay} GROUP BY tenant_id, queue
     UNION ALL
     SELECT tenant_id, queue, 'bad', ${ended}
     FROM jobs WHERE outcome_level <> 'ok' AND outcome_level = 'bad' AND status = 'completed' AND ${ofDay}
     GROUP BY tenant_id, queue`,
    { tenantId, since, lastHour: new Date(now - HOUR_MS), first: firstIdAt(new Date(since.getTime() - ID_AHEAD_MS)) },
  )
}
