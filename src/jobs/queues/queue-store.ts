import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { countRow, idRow, manyRows } from '../../base/rows'
import { jobColumns } from '../lifecycle/job'

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

const openRow = jobColumns.pick({ tenant_id: true, queue: true, status: true, awaits_children: true }).extend({
  jobs: z.number(),
  /** Since when the longest-waiting job has been ready to run. */
  since: z.date(),
})
export type OpenRow = z.output<typeof openRow>

/** Counts open jobs, of all tenants or of one. */
export const countOpen = (db: Db, tenantId: string | null = null) =>
  manyRows(
    db,
    openRow,
    `SELECT tenant_id, queue, status, awaits_children, count(*)::integer AS jobs, min(greatest(created_at, run_at)) AS since
     FROM jobs WHERE ended_at IS NULL AND (CAST(:tenantId AS uuid) IS NULL OR tenant_id = :tenantId)
     GROUP BY tenant_id, queue, status, awaits_children`,
    { tenantId },
  )
