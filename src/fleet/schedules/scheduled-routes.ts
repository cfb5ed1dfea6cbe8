import { type Endpoint, endpoint, ok, pageOf } from '../../access'
import type { Db } from '../../base/db'
import { bomFlag, pageSize, uuid, z } from '../../base/parse'
import { requireHost } from '../host-store'
import { exportScheduled } from './scheduled-export'
import { listScheduled, type Scheduled, scheduledNames } from './scheduled-store'

const NAMES_MAX = 2_000
const ACTIONS = ['added', 'removed', 'snapshot'] as const

const params = z.strictObject({ id: uuid })
const values = z.record(z.string(), z.union([z.string(), z.number()]))
const time = z.iso.datetime({ offset: true })
/** One, or several with commas between. */
const actions = z
  .string()
  .transform(text => text.split(','))
  .pipe(z.array(z.enum(ACTIONS)).min(1))

const scheduled = z
  .object({
    id: z.string(),
    name: z.string(),
    action: z.enum(ACTIONS),
    at: z.date(),
    received_at: z.date(),
    epoch: z.number(),
    counter: z.number().meta({
      description: 'Counts the runs that found changes: rows of run 0 were there already. Always 0 for snapshots.',
    }),
    columns: values,
    decorations: z.record(z.string(), z.unknown()).nullable(),
    truncated: z.boolean(),
  })
  .meta({ id: 'ScheduledResult' })

const toScheduled = ({ id, columns, decorations, ...row }: Scheduled) => ({
  ...row,
  id: String(id),
  columns: JSON.parse(columns),
  decorations: decorations && JSON.parse(decorations),
})

export const scheduledRoutes = (db: Db): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/hosts/{id}/scheduled',
    role: 'viewer',
    summary: 'What scheduled queries have said of a host, newest first; `format=csv|ndjson` streams all of it.',
    params,
    query: z.strictObject({
      /** As the host logs it: `pack_<pack>_<query>`. */
      name: z.string().min(1).max(500).optional(),
      action: actions.optional(),
      /** In columns. */
      q: z.string().min(1).max(200).optional(),
      /** By the host's clock, at or after. */
      since: time.optional(),
      /** By the host's clock, before. */
      until: time.optional(),
      limit: pageSize(100, 1_000),
      cursor: z.coerce.number().int().positive().optional(),
      format: z.enum(['json', 'csv', 'ndjson']).default('json'),
      bom: bomFlag,
    }),
    replies: { 200: pageOf(scheduled) },
    async handle({ principal: { tenantId }, params: { id }, query: { limit, cursor, format, bom, ...asked }, res }) {
      await requireHost(db, { tenantId, id })
      const filter = { tenantId, hostId: id, ...asked }
      if (format !== 'json') {
        await exportScheduled(db, filter, { format, bom }, res)
        return undefined
      }
      const found = await listScheduled(db, filter, { before: cursor, limit: limit + 1 })
      const items = found.slice(0, limit).map(toScheduled)
      return ok({ items, next_cursor: found.length > limit ? (items.at(-1)?.id ?? null) : null })
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/hosts/{id}/scheduled/names',
    role: 'viewer',
    summary: "Names of a host's scheduled queries that have said something, and when last.",
    params,
    replies: { 200: z.object({ items: z.array(z.object({ name: z.string(), last_received_at: z.date() })) }) },
    async handle({ principal: { tenantId }, params: { id } }) {
      await requireHost(db, { tenantId, id })
      return ok({ items: await scheduledNames(db, { tenantId, hostId: id }, NAMES_MAX) })
    },
  }),
]
