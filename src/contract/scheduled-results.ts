import { z } from 'zod'
import { bomFlag, byId, page, paging, several, time, timeGiven } from './fields'
import type { Routes } from './route'
import { SCHEDULED_ACTIONS } from './values'

export const scheduledAction = z.enum(SCHEDULED_ACTIONS)

/** A row that a host logged for a scheduled query. */
export const scheduledResult = z
  .object({
    id: z.string(),
    /** As the host logs it: `pack_<pack>_<query>`. */
    name: z.string(),
    action: scheduledAction,
    /** By the host's clock. */
    at: time,
    received_at: time,
    /** Changes when the results of the query on the host start over. */
    epoch: z.number(),
    counter: z.number().meta({
      description: 'Counts the runs that found changes; rows of run 0 are the initial state. Always 0 for snapshots.',
    }),
    /** Contains numbers only if the agent uses `logger_numerics`. */
    columns: z.record(z.string(), z.union([z.string(), z.number()])),
    decorations: z.record(z.string(), z.unknown()).nullable(),
    truncated: z.boolean(),
  })
  .meta({ id: 'ScheduledResult' })
export type ScheduledResult = z.output<typeof scheduledResult>

export const scheduledName = z.object({ name: z.string(), last_received_at: time })

export const scheduledResultRoutes = {
  list: {
    method: 'get',
    path: '/api/hosts/{id}/scheduled',
    role: 'viewer',
    summary: 'Lists results of scheduled queries of a host, newest first; `format=csv|ndjson` streams all of them.',
    params: byId,
    query: z.strictObject({
      name: z.string().min(1).max(500).optional(),
      action: several(scheduledAction).optional(),
      /** Searches the columns. */
      q: z.string().min(1).max(200).optional(),
      /** By the host's clock, at or after. */
      since: timeGiven.optional(),
      /** By the host's clock, before. */
      until: timeGiven.optional(),
      ...paging({ defaultLimit: 100, maxLimit: 1_000 }),
      format: z.enum(['json', 'csv', 'ndjson']).default('json'),
      bom: bomFlag,
    }),
    replies: { 200: page(scheduledResult) },
  },
  names: {
    method: 'get',
    path: '/api/hosts/{id}/scheduled/names',
    role: 'viewer',
    summary: 'Lists the scheduled queries with results from a host, and when the latest result arrived.',
    params: byId,
    replies: { 200: z.object({ items: z.array(scheduledName) }) },
  },
} as const satisfies Routes
