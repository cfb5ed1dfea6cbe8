import type { Db } from '../../base/db'
import { firstIdAt } from '../../base/ids'
import { z } from '../../base/parse'
import { countRow, idRow, idsOf, manyRows, oneRow } from '../../base/rows'
import { lowPriority } from '../../base/table-store'
import type { JobStatus } from '../../contract/jobs'

/** Which ended jobs of a tenant to select. */
export interface EndedJobs {
  tenantId: string
  statuses: readonly JobStatus[]
}

/**
 * What may be deleted: a job that has ended, has no children in the history, is not the child of an open job (whose
 * outcome depends on its children), and is not the last run of a schedule. So trees are deleted from their leaves.
 */
const FREE = `j.tenant_id = :tenantId AND j.status = ANY(:statuses) AND j.ended_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM jobs p WHERE p.tenant_id = j.tenant_id AND p.id = j.parent_id AND p.ended_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM job_schedules s WHERE s.tenant_id = j.tenant_id AND s.last_job_id = j.id)`
const CHILDLESS = `NOT EXISTS (SELECT 1 FROM jobs c WHERE c.tenant_id = j.tenant_id AND c.parent_id = j.id)`
/** Lets PostgreSQL use the index of failures. */
const narrow = (statuses: readonly JobStatus[]) =>
  statuses.every(status => status === 'failed') ? `${FREE} AND j.error IS NOT NULL` : FREE
const SAMPLE = 100

/** Ids sort by creation time, and no job ends before it is created: only ids below that of `before` matter. */
export async function deleteOldJobs(
  db: Db,
  { tenantId, statuses }: EndedJobs,
  { before, after, limit }: { before: Date; after: string; limit: number },
): Promise<string[]> {
  const gone = await lowPriority(db, trx =>
    manyRows(
      trx,
      idRow,
      `WITH old AS (
         SELECT j.id FROM jobs j
         WHERE ${narrow(statuses)} AND ${CHILDLESS} AND j.id > :after AND j.id < :upTo AND j.ended_at < :before
         ORDER BY j.id LIMIT :limit FOR UPDATE OF j SKIP LOCKED
       ), gone AS (
         DELETE FROM jobs j USING old WHERE j.tenant_id = :tenantId AND j.id = old.id RETURNING j.id
       ), attempts AS (
         DELETE FROM job_attempts a USING gone WHERE a.tenant_id = :tenantId AND a.job_id = gone.id
       )
       SELECT id FROM gone ORDER BY id`,
      { tenantId, statuses, before, after, upTo: firstIdAt(before), limit },
    ),
  )
  return idsOf(gone)
}

/** Counts parents if their children in the history would be deleted, too. */
export async function countOldJobs(db: Db, { tenantId, statuses }: EndedJobs, before: Date): Promise<number> {
  const { count } = await oneRow(
    db,
    countRow,
    `SELECT count(*) AS count FROM jobs j
     WHERE ${narrow(statuses)} AND j.id < :upTo AND j.ended_at < :before AND NOT EXISTS (
       SELECT 1 FROM jobs c WHERE c.tenant_id = j.tenant_id AND c.parent_id = j.id
         AND (c.ended_at IS NULL OR c.ended_at >= :before OR c.status <> ALL(:statuses)))`,
    { tenantId, statuses, before, upTo: firstIdAt(before) },
  )
  return count
}

/** When the oldest job that retention may delete ended. */
export async function oldestEnded(db: Db, { tenantId, statuses }: EndedJobs): Promise<Date | null> {
  const { at } = await oneRow(
    db,
    z.object({ at: z.date().nullable() }),
    `SELECT min(ended_at) AS at FROM (
       SELECT j.ended_at FROM jobs j WHERE ${narrow(statuses)} AND ${CHILDLESS} ORDER BY j.id LIMIT ${SAMPLE}) AS first`,
    { tenantId, statuses },
  )
  return at
}
