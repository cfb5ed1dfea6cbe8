import type { Actor } from '../../access'
import { type Db, rows } from '../../base/db'
import type { Durations, Tally } from '../metrics/job-metrics'

/** Adds what this process has counted to its row of the minute. */
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

/** Durations of all processes and tenants over the last hour, by queue. */
export async function readDurations(db: Db): Promise<Map<string, Durations>> {
  const found = await rows<Durations & { queue: string }>(
    db,
    `SELECT queue, array_agg(wait ORDER BY bucket) AS wait, array_agg(run ORDER BY bucket) AS run FROM (
       SELECT queue, bucket, sum(w)::integer AS wait, sum(r)::integer AS run
       FROM job_timings, unnest(wait, run) WITH ORDINALITY AS u(w, r, bucket)
       WHERE minute > now() - interval '1 hour' GROUP BY queue, bucket) AS summed
     GROUP BY queue`,
  )
  return new Map(found.map(({ queue, wait, run }) => [queue, { wait, run }]))
}

export interface TenantTiming extends Durations {
  tenant_id: string
  queue: string
  completed: number
  failed: number
}

/** What the jobs of each tenant, or of one, have come to in the last hour, by queue. */
export const readTenantTimings = (db: Db, tenantId: string | null) =>
  rows<TenantTiming>(
    db,
    `SELECT tenant_id, queue, array_agg(wait ORDER BY bucket) AS wait, array_agg(run ORDER BY bucket) AS run,
       max(completed)::integer AS completed, max(failed)::integer AS failed
     FROM (
       SELECT tenant_id, queue, bucket, sum(w)::integer AS wait, sum(r)::integer AS run, sum(completed) AS completed,
         sum(failed) AS failed
       FROM job_timings, unnest(wait, run) WITH ORDINALITY AS u(w, r, bucket)
       WHERE minute > now() - interval '1 hour' AND (CAST(:tenantId AS uuid) IS NULL OR tenant_id = :tenantId)
       GROUP BY tenant_id, queue, bucket) AS summed
     GROUP BY tenant_id, queue`,
    { tenantId },
  )

export interface MinuteRow extends Partial<Durations> {
  queue: string
  minute: Date
  completed: number
  failed: number
}

/**
 * What the queues have come to in the last minutes, one row per process, tenant, queue and minute with something in it.
 * @param queue only this one, then with its durations
 * @param tenantId only jobs of this one
 */
export async function readMinutes(
  db: Db,
  minutes: number,
  { queue, tenantId }: { queue?: string | undefined; tenantId?: string | undefined },
): Promise<MinuteRow[]> {
  const query = db('job_timings')
    .select('queue', 'minute', 'completed', 'failed')
    .where('minute', '>', db.raw("now() - ? * interval '1 minute'", [minutes]))
  if (tenantId !== undefined) query.where('tenant_id', tenantId)
  return queue === undefined ? query : query.select('wait', 'run').where('queue', queue)
}

/** How many jobs of a tenant each worker process runs. */
export async function countRunning(db: Db, tenantId: string): Promise<Map<string, number>> {
  const found = await rows<{ worker: string; count: number }>(
    db,
    `SELECT worker, count(*)::integer AS count FROM jobs
     WHERE tenant_id = ? AND ended_at IS NULL AND status = 'running' AND worker IS NOT NULL GROUP BY worker`,
    [tenantId],
  )
  return new Map(found.map(({ worker, count }) => [worker, count]))
}

/** Since when jobs could have been run, by id. */
export async function readWaiting(db: Db, ids: readonly string[]): Promise<Map<string, Date>> {
  if (!ids.length) return new Map()
  const found = await rows<{ id: string; since: Date }>(
    db,
    `SELECT id, greatest(created_at, run_at) AS since FROM jobs WHERE ended_at IS NULL AND id = ANY(?::uuid[])`,
    [ids as string[]],
  )
  return new Map(found.map(({ id, since }) => [id, since]))
}

export interface QueueControl {
  paused: boolean
  reason: string
  by: Actor
  at: Date
}

export async function readControls(db: Db): Promise<Map<string, QueueControl>> {
  const found: { name: string; paused: boolean; reason: string; actor: string; changed_at: Date }[] =
    await db('job_queues').select('*')
  return new Map(
    found.map(({ name, paused, reason, actor, changed_at }) => {
      return [name, { paused, reason, by: JSON.parse(actor), at: changed_at }]
    }),
  )
}

export async function writeControl(db: Db, name: string, { paused, reason, by, at }: QueueControl): Promise<void> {
  await db('job_queues')
    .insert({ name, paused, reason, actor: JSON.stringify(by), changed_at: at })
    .onConflict('name')
    .merge()
}

export interface OpenRow {
  tenant_id: string
  queue: string
  status: string
  awaits_children: boolean
  jobs: number
  /** Since when the one that has waited longest could have been run. */
  since: Date
}

/** Jobs of all tenants, or of one, that have not ended. */
export const countOpen = (db: Db, tenantId: string | null = null) =>
  rows<OpenRow>(
    db,
    `SELECT tenant_id, queue, status, awaits_children, count(*)::integer AS jobs, min(greatest(created_at, run_at)) AS since
     FROM jobs WHERE ended_at IS NULL AND (CAST(:tenantId AS uuid) IS NULL OR tenant_id = :tenantId)
     GROUP BY tenant_id, queue, status, awaits_children`,
    { tenantId },
  )
