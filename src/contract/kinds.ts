import { z } from 'zod'
import { role } from './access'
import { queueName } from './jobs'
import type { Routes } from './route'

/** A kind of job. */
export const kind = z.object({
  name: z.string(),
  label: z.string(),
  queue: queueName,
  /** The minimum role to start it with `POST /api/jobs`; null if only Tailrace itself starts it. */
  role: role.nullable(),
  /** JSON Schema of its input. */
  input: z.record(z.string(), z.unknown()),
})
export type Kind = z.output<typeof kind>

export const kindRoutes = {
  list: {
    method: 'get',
    path: '/api/kinds',
    role: 'viewer',
    summary: 'Lists the kinds of jobs, with the schema of their input.',
    replies: { 200: z.object({ items: z.array(kind) }) },
  },
} as const satisfies Routes
