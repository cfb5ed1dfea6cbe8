import type { Actor } from '../access'
import { type Db, rows } from '../base/db'
import type { Durations } from './metrics'

/** Adds what this process has counted to its row of the minute. */
export async function addDurations(db: Db, process: string, queue: string, { wait, run }: Durations): Promise<void> {
  await db.raw(
    `INSERT INTO job_timings AS t (queue, minute, process, wait, run)
     VALUES (?, date_trunc('minute', now()), ?, ?::integer[], ?::integer[])
     ON CONFLICT (queue, minute, process) DO UPDATE SET
       wait = (SELECT array_agg(a + b ORDER BY i) FROM unnest(t.wait, excluded.wait) WITH ORDINALITY AS u(a, b, i)),
       run = (SELECT array_agg(a + b ORDER BY i) FROM unnest(t.run, excluded.run) WITH ORDINALITY AS u(a, b, i))`,
    [queue, process, wait, run],
  )
}

/** Durations of all processes over the last hour, by queue. */
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
