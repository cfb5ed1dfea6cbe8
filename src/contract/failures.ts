import { z } from 'zod'
import { time } from './fields'
import { jobFilterFields } from './jobs'
import type { Routes } from './route'

const sort = z.enum(['count', 'recent'])
export type FailureSort = z.output<typeof sort>

/** Jobs that went wrong for the same reason. */
export const failureGroup = z.object({
  fingerprint: z.string(),
  kind: z.string(),
  queue: z.string(),
  status: z.enum(['failed', 'completed']).meta({
    description: '`completed`: the jobs ended with a bad outcome, such as a check that found its target down.',
  }),
  code: z.string().meta({ description: '`bad_result` for completed jobs.' }),
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
    summary: 'Lists jobs that failed or had a bad outcome, grouped by kind, code and message pattern.',
    query: z.strictObject({
      ...fields,
      sort: sort
        .default('count')
        .meta({ description: '`count`: the most frequent first; `recent`: the latest first.' }),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    replies: { 200: z.object({ items: z.array(failureGroup) }) },
  },
} as const satisfies Routes
