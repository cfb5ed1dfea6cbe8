import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { builtRows, manyRows } from '../../base/rows'
import type { Durations, Tally } from './job-metrics'

const durations = { wait: z.array(z.number()), run: z.array(z.number()) }

/** Adds a tally to the process's row for the current minute. */
export async function addTally(
  db: Db,
  process: string,
  { queue, tenantId, wait, run, completed, failed }: Tally,
): Promise<void> {
  await db.raw(
    `INSERT INTO job_timings AS t (queue, minute, process, tenant_id, wait, run, completed, failed)
     VALUES (?, date_trunc('minute', now()), ?, ?, ?::integer[], ?::integer[], ?, ?)
     ON CONFLICT (queue, minute, process, tenant_id) DO UPDATE SET
       wait = (SELECT array_agg(a + b ORDER BY i) FROM unnest(t.wait, excluded.wait) WITH ORDINALITY AS u(a, b, i)),
       run = (SELECT array_agg(a + b ORDER BY i) FROM unnest(t.run, excluded.run) WITH ORDINALITY AS u(a, b, i)),
       completed = t.completed + excluded.completed, failed = t.failed + excluded.failed`,
    [queue, process, tenantId, wait, run, completed, failed],
  )
}

const tenantTimingRow = z.object({
  tenant_id: z.string(),
  queue: z.string(),
  ...durations,
})
export type TenantTiming = z.output<typeof tenantTimingRow>

/** Durations of the last hour by tenant and queue, for all tenants or one. */
export const readTenantTimings = (db: Db, tenantId: string | null) =>
  manyRows(
    db,
    tenantTimingRow,
    `SELECT tenant_id, queue, array_agg(wait ORDER BY bucket) AS wait, array_agg(run ORDER BY bucket) AS run
     FROM (
       SELECT tenant_id, queue, bucket, sum(w)::integer AS wait, sum(r)::integer AS run
       FROM job_timings, unnest(wait, run) WITH ORDINALITY AS u(w, r, bucket)
       WHERE minute > now() - interval '1 hour' AND (CAST(:tenantId AS uuid) IS NULL OR tenant_id = :tenantId)
       GROUP BY tenant_id, queue, bucket) AS summed
     GROUP BY tenant_id, queue`,
    { tenantId },
  )

const minuteRow = z.object({ queue: z.string(), minute: z.date(), completed: z.number(), failed: z.number() })
export type MinuteRow = z.output<typeof minuteRow> & Partial<Durations>

/**
 * Durations and outcomes of a tenant's jobs in the last minutes: one row per process, queue and minute that has any.
 * @param queue if given, only this queue, and with durations
 */
export async function readMinutes(
  db: Db,
  tenantId: string,
  minutes: number,
  queue: string | undefined,
): Promise<MinuteRow[]> {
  const query = db('job_timings')
    .select('queue', 'minute', 'completed', 'failed')
    .where('minute', '>', db.raw("now() - ? * interval '1 minute'", [minutes]))
    .where('tenant_id', tenantId)
  if (queue === undefined) return builtRows(minuteRow, query)
  return builtRows(minuteRow.extend(durations), query.select('wait', 'run').where('queue', queue))
}
