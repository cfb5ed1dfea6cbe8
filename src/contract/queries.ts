import { z } from 'zod'
import { byId, page, time } from './fields'
import type { Routes } from './route'
import { streamFields, withLabels } from './streams'
import { TARGET_STATES } from './values'

/** What one host has answered to one query, with its first rows. */
export const hostResult = z.object({
  host_id: z.string(),
  query_id: z.string(),
  sql: z.string(),
  status: z.enum(['completed', 'failed']),
  state: z.enum(TARGET_STATES),
  occurred_at: time,
  error: z.string().nullable(),
  row_count: z.number(),
  /** In the order in which the query names them, which rows do not keep. */
  columns: z.array(z.string()),
  rows: z.array(z.record(z.string(), z.string())),
  truncated: z.boolean(),
  late: z.boolean(),
})
export type HostResult = z.output<typeof hostResult>

export const queryRoutes = {
  hostResults: {
    method: 'get',
    path: '/api/hosts/{id}/results',
    role: 'viewer',
    summary: 'What a host has answered, newest first; with `Accept: text/event-stream` as it arrives.',
    params: byId,
    query: withLabels({ ...streamFields, cursor: z.string().max(2_000).optional() }),
    replies: { 200: page(hostResult) },
  },
} as const satisfies Routes
