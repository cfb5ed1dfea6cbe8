import { z } from 'zod'
import { time } from './fields'
import { jobFilterFields } from './jobs'
import type { Routes } from './route'

/** Failed jobs with the same cause. */
export const failureGroup = z.object({
  fingerprint: z.string(),
  kind: z.string(),
  queue: z.string(),
  code: z.string(),
  /** The message without variable parts such as numbers and ids. */
  pattern: z.string(),
  /** The latest message. */
  example: z.string(),
  count: z.number(),
  first_at: time,
  last_at: time,
  last_job_id: z.string(),
})
export type FailureGroup = z.output<typeof failureGroup>

const { status: _, outcome: __, fingerprint: ___, ...fields } = jobFilterFields

export const failureRoutes = {
  list: {
    method: 'get',
    path: '/api/failures',
    role: 'viewer',
    summary: 'Lists failed jobs grouped by kind, code and message pattern, the most frequent first.',
    query: z.strictObject({ ...fields, limit: z.coerce.number().int().min(1).max(200).default(50) }),
    replies: { 200: z.object({ items: z.array(failureGroup) }) },
  },
} as const satisfies Routes
