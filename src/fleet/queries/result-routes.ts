import { type Endpoint, endpoint, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { uuid } from '../../contract/fields'
import { queryRoutes as routes } from '../../contract/queries'
import { exportResults } from './export'
import type { Queries } from './queries'
import { countResults, listResults, listTargets, type ResultRow, type Sort, topValues } from './result-store'

const rowNumber = z.string().regex(/^\d{1,10}$/)
/** Where a page ends, as text: in the default order, and sorted by a column. */
const defaultPosition = z.tuple([uuid, rowNumber])
const sortedPosition = z.tuple([
  z.enum(['true', 'false']),
  z.string().regex(/^-?(Infinity|\d{1,30}(\.\d{1,30})?)$/),
  z.string().regex(/^[^\0]*$/),
  uuid,
  rowNumber,
])
const targetPosition = z.tuple([z.string(), uuid])

/** The answers to a query. */
export const resultRoutes = ({ db, queries }: { db: Db; queries: Queries }): Endpoint[] => [
  endpoint(routes.results, async ({ principal: { tenantId }, params: { id }, query, res }) => {
    const { limit, cursor, offset, format, bom, sort, ...filter } = query
    const ref = { tenantId, id }
    const found = await queries.find(ref)
    if (format !== 'json') {
      await exportResults(db, found, filter, { format, bom }, res)
      return undefined
    }
    const after = readCursor<readonly string[]>(cursor, sort === undefined ? defaultPosition : sortedPosition)
    const order = sort === undefined ? undefined : sortOf(sort)
    const [rows, total] = await Promise.all([
      listResults(db, ref, filter, { sort: order, after, offset, limit: limit + 1 }),
      after ? null : countResults(db, ref, filter),
    ])
    const { items, next_cursor } = pageOf(rows, limit, ({ position }) => position)
    return ok({ items: items.map(withoutPosition), next_cursor, total })
  }),
  endpoint(routes.hosts, async ({ principal: { tenantId }, params: { id }, query: { state, q, limit, cursor } }) => {
    await queries.find({ tenantId, id })
    const after = readCursor(cursor, targetPosition)
    const found = await listTargets(db, { tenantId, id }, { states: state, q }, { after, limit: limit + 1 })
    return ok(pageOf(found, limit, ({ hostname, host_id }) => [hostname, host_id]))
  }),
  endpoint(routes.values, async ({ principal: { tenantId }, params: { id }, query: { column, limit } }) => {
    await queries.find({ tenantId, id })
    return ok({ items: await topValues(db, { tenantId, id }, { column, limit }) })
  }),
]

const sortOf = (sort: string): Sort =>
  sort.startsWith('-') ? { column: sort.slice(1), descending: true } : { column: sort, descending: false }

const withoutPosition = ({ position: _, ...rest }: ResultRow) => rest
