import { z } from 'zod'
import { actor } from './access'
import { reason, time } from './fields'
import { queueName } from './jobs'
import type { Routes } from './route'

const quantiles = z.object({ p50: z.number().nullable(), p95: z.number().nullable() })

/** A recurring job. */
export const queueSchedule = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  every_ms: z.number().nullable(),
  cron: z.string().nullable(),
  timezone: z.string().nullable(),
  next_at: time.nullable(),
  last_at: time.nullable(),
  last_job_id: z.string().nullable(),
  overdue_seconds: z.number(),
})
export type QueueSchedule = z.output<typeof queueSchedule>

export const queueCounts = z.object({
  scheduled: z.number(),
  pending: z.number(),
  running: z.number().meta({ description: 'With those that wait for their children.' }),
  failed: z.number().meta({ description: 'Of those created in the last 24 hours.' }),
  bad: z.number().meta({ description: 'Completed, with a result that is bad, of those created in the last 24 hours.' }),
  failed_last_hour: z.number().meta({ description: 'As `failed`, of those created in the last hour.' }),
  bad_last_hour: z.number().meta({ description: 'As `bad`, of those created in the last hour.' }),
  waiting: z.number().meta({ description: 'The same as `pending`, its earlier name.' }),
  active: z.number().meta({ description: 'The same as `running`, its earlier name.' }),
  delayed: z.number().meta({ description: 'The same as `scheduled`, its earlier name.' }),
})
export type QueueCounts = z.output<typeof queueCounts>

/** How a queue is doing with the jobs of a tenant. */
export const queueStats = z.object({
  name: queueName,
  counts: queueCounts,
  /** Of the pending jobs: since it was created, became due or was retried. */
  oldest_waiting_seconds: z.number(),
  wait_ms: quantiles,
  run_ms: quantiles,
  paused: z.boolean(),
  paused_by: z.object({ reason: z.string(), by: actor, at: time }).nullable(),
})
export type QueueStats = z.output<typeof queueStats>

export const queue = queueStats.extend({ schedules: z.array(queueSchedule) })
export type Queue = z.output<typeof queue>

/** Data of the tenant event `queue_stats`. */
export const queueStatsEvent = z.object({ queues: z.array(queueStats) })
export type QueueStatsEvent = z.output<typeof queueStatsEvent>

/** Completed and failed jobs, and times in milliseconds, per minute. */
export const queueHistory = z.object({
  completed: z.array(z.number()),
  failed: z.array(z.number()),
  wait_p95_ms: z.array(z.number().nullable()),
  run_p95_ms: z.array(z.number().nullable()),
})
export type QueueHistory = z.output<typeof queueHistory>

/** A process that runs jobs. */
export const worker = z.object({
  name: z.string(),
  queues: z.array(queueName),
  connected_seconds: z.number(),
  /** Running jobs of the tenant. */
  running: z.number(),
})
export type Worker = z.output<typeof worker>

const byName = z.strictObject({ name: z.string() })
const control = {
  method: 'post',
  role: 'operator',
  params: byName,
  body: z.strictObject({ reason }),
  replies: { 200: z.object({ queue: queueStats }) },
} as const

export const queueRoutes = {
  list: {
    method: 'get',
    path: '/api/queues',
    role: 'viewer',
    summary:
      "Every queue: counts of the tenant's jobs, oldest waiting job, wait and run times of the last hour, pauses, schedules. `/metrics` covers the jobs of all tenants.",
    replies: { 200: z.object({ items: z.array(queue) }) },
  },
  pause: {
    ...control,
    path: '/api/queues/{name}/pause',
    summary: 'Pauses a queue: no more of its jobs are started until it is resumed.',
  },
  resume: { ...control, path: '/api/queues/{name}/resume', summary: 'Resumes a queue.' },
  history: {
    method: 'get',
    path: '/api/queues/history',
    role: 'viewer',
    summary:
      'How often jobs of the tenant completed and failed, per minute and queue; for a single queue also wait and run times. A job that is retried and fails again counts twice.',
    query: z.strictObject({
      minutes: z.coerce
        .number()
        .int()
        .min(1)
        .max(24 * 60)
        .default(60),
      queue: queueName.optional(),
    }),
    replies: { 200: z.object({ from: time, minutes: z.number(), queues: z.record(z.string(), queueHistory) }) },
  },
  workers: {
    method: 'get',
    path: '/api/workers',
    role: 'viewer',
    summary:
      'Lists the worker processes and how many jobs of the tenant each is running; null while Redis is down. Only for members of the default tenant.',
    replies: { 200: z.object({ items: z.array(worker).nullable() }) },
  },
} as const satisfies Routes
