import { z } from 'zod'
import { reason, time, uuid } from './fields'
import { jobAccepted } from './jobs'
import type { Routes } from './route'

export const retentionPolicy = z.object({
  target: z.string(),
  summary: z.string(),
  keep_seconds: z.number(),
  source: z.enum(['setting', 'default', 'fixed']),
  setting: z.string().nullable(),
  oldest_kept_at: time.nullable(),
  lag_seconds: z.number().nullable().meta({ description: 'How long the oldest item is overdue for removal.' }),
  rows: z.number().nullable(),
  bytes: z.number().nullable(),
  measured_at: time.nullable(),
  last_sweep: z.object({ at: time, deleted: z.number() }).nullable(),
  dry_run: z.object({ at: time, deletable: z.number() }).nullable(),
  error: z.object({ message: z.string(), at: time }).nullable(),
})
export type RetentionPolicy = z.output<typeof retentionPolicy>

export const retentionStatus = z.object({
  policies: z.array(retentionPolicy),
  last_sweep_at: time.nullable(),
  next_sweep_at: time.nullable(),
  last_job_id: z.string().nullable(),
  running_job_id: z.string().nullable(),
})
export type RetentionStatus = z.output<typeof retentionStatus>

/** `data` of the tenant event `retention_swept`. */
export const retentionSwept = z.object({
  job_id: uuid,
  deleted: z.record(z.string(), z.number()).meta({ description: 'Deleted items by target.' }),
  failed: z.array(z.string()).meta({ description: 'Targets that could not be swept.' }),
})
export type RetentionSwept = z.output<typeof retentionSwept>

export const retentionRoutes = {
  get: {
    method: 'get',
    path: '/api/retention',
    role: 'viewer',
    summary: 'Lists what is kept for how long, with the oldest item, the lag, and the last and next sweep.',
    replies: { 200: retentionStatus },
  },
  run: {
    method: 'post',
    path: '/api/retention/run',
    role: 'admin',
    summary:
      'Starts a job that removes everything past its retention period, or with `dry_run` only counts it. Returns the running job if there is one.',
    body: z.strictObject({ reason: reason.optional(), dry_run: z.boolean().default(false) }),
    replies: {
      202: jobAccepted,
    },
  },
} as const satisfies Routes
