import { type Endpoint, endpoint, ok } from '../../access'
import type { Db } from '../../base/db'
import { bomFlag, pageSize, uuid, z } from '../../base/parse'
import { exportResults } from './export'
import type { Queries } from './queries'
import { STATES } from './query'
import { countResults, listResults, listTargets, type ResultRow, type Sort, topValues } from './results-store'
import { idParams, readCursor, stateList, writeCursor } from './routes'

const VALUES_MAX = 200
const OFFSET_MAX = 100_000_000
/** Where a page ends, in texts: as listed, and under the sort of a column. */
const rowNo = z.string().regex(/^\d{1,10}$/)
const ownPlace = z.tuple([uuid, rowNo])
const sortedPlace = z.tuple([
  z.enum(['true', 'false']),
  z.string().regex(/^-?(Infinity|\d{1,30}(\.\d{1,30})?)$/),
  z.string().regex(/^[^\0]*$/),
  uuid,
  rowNo,
])
const text = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\0]*$/, 'may not hold NUL')

const states = stateList(STATES).optional()

const row = z.object({
  host_id: z.string(),
  host_identifier: z.string(),
  hostname: z.string(),
  status: z.enum(STATES),
  error: z.string().nullable(),
  truncated: z.boolean(),
  late: z.boolean(),
  answered_at: z.date().nullable(),
  no: z.number(),
  row: z.record(z.string(), z.string()).nullable(),
})

const target = z.object({
  host_id: z.string(),
  host_identifier: z.string(),
  hostname: z.string(),
  state: z.enum(STATES),
  row_count: z.number(),
  error: z.string().nullable(),
  truncated: z.boolean(),
  late: z.boolean(),
  sent_at: z.date().nullable(),
  sent_count: z.number(),
  answered_at: z.date().nullable(),
  stats: z.unknown(),
})

export function resultRoutes({ db, queries }: { db: Db; queries: Queries }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/api/queries/{id}/results',
      role: 'viewer',
      summary:
        'Rows over all hosts, and an item without a row for each host that has none; `format=csv|ndjson` streams every row.',
      params: idParams,
      query: z.strictObject({
        host_id: uuid.optional(),
        status: states,
        q: text.optional(),
        /** A column, or `-` and a column. */
        sort: text.optional(),
        limit: pageSize(100, 2_000),
        cursor: z.string().max(200_000).optional(),
        offset: z.coerce.number().int().min(0).max(OFFSET_MAX).optional().meta({
          description: 'Rows to leave out before those of this page, to jump where no cursor leads yet.',
        }),
        format: z.enum(['json', 'csv', 'ndjson']).default('json'),
        bom: bomFlag,
      }),
      replies: {
        200: z.object({
          items: z.array(row),
          next_cursor: z.string().nullable(),
          total: z.number().nullable().meta({ description: 'On the first page only.' }),
        }),
      },
      async handle({ principal: { tenantId }, params: { id }, query: asked, res }) {
        const { limit, cursor, offset, format, bom, sort, ...filter } = asked
        const found = await queries.find({ tenantId, id })
        if (format !== 'json') {
          await exportResults(db, found, filter, { format, bom }, res)
          return undefined
        }
        const after = readCursor<readonly string[]>(cursor, sort === undefined ? ownPlace : sortedPlace)
        const ref = { tenantId, id }
        const [rows, total] = await Promise.all([
          listResults(db, ref, filter, {
            sort: sort === undefined ? undefined : sortOf(sort),
            after,
            offset,
            limit: limit + 1,
          }),
          after ? null : countResults(db, ref, filter),
        ])
        const last = rows[limit - 1]
        const next_cursor = rows.length > limit && last ? writeCursor(last.place) : null
        return ok({ items: rows.slice(0, limit).map(shown), next_cursor, total })
      },
    }),
    endpoint({
      method: 'get',
      path: '/api/queries/{id}/hosts',
      role: 'viewer',
      summary: 'The hosts of a query and what has become of it on each, by name.',
      params: idParams,
      query: z.strictObject({
        state: states,
        q: text.optional(),
        limit: pageSize(100, 2_000),
        cursor: z.string().max(2_000).optional(),
      }),
      replies: { 200: z.object({ items: z.array(target), next_cursor: z.string().nullable() }) },
      async handle({ principal: { tenantId }, params: { id }, query: { state, q, limit, cursor } }) {
        await queries.find({ tenantId, id })
        const after = readCursor(cursor, z.tuple([z.string(), uuid]))
        const found = await listTargets(db, { tenantId, id }, { states: state, q }, { after, limit: limit + 1 })
        const last = found[limit - 1]
        const next_cursor = found.length > limit && last ? writeCursor([last.hostname, last.host_id]) : null
        return ok({ items: found.slice(0, limit), next_cursor })
      },
    }),
    endpoint({
      method: 'get',
      path: '/api/queries/{id}/values',
      role: 'viewer',
      summary: 'The most frequent values of a column over all hosts.',
      params: idParams,
      query: z.strictObject({ column: text, limit: pageSize(20, VALUES_MAX) }),
      replies: {
        200: z.object({ items: z.array(z.object({ value: z.string(), rows: z.number(), hosts: z.number() })) }),
      },
      async handle({ principal: { tenantId }, params: { id }, query: { column, limit } }) {
        await queries.find({ tenantId, id })
        return ok({ items: await topValues(db, { tenantId, id }, { column, limit }) })
      },
    }),
  ]
}

const sortOf = (sort: string): Sort =>
  sort.startsWith('-') ? { column: sort.slice(1), descending: true } : { column: sort, descending: false }

const shown = ({ place: _, ...rest }: ResultRow) => rest
