import { type Endpoint, endpoint, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { storedJson } from '../../base/rows'
import { scheduledResultRoutes as routes, scheduledResult } from '../../contract/scheduled-results'
import { requireHost } from '../host-store'
import { exportScheduled } from './scheduled-export'
import { listScheduled, type ScheduledRow, scheduledNames } from './scheduled-store'

const NAMES_MAX = 2_000
const idShape = z.number().int().positive()
const { shape } = scheduledResult

const toScheduledResult = ({ id, columns, decorations, ...row }: ScheduledRow) => ({
  ...row,
  id: String(id),
  columns: storedJson(shape.columns, columns),
  decorations: decorations === null ? null : storedJson(shape.decorations, decorations),
})

/** Results of scheduled queries of one host. */
export const scheduledRoutes = (db: Db): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, params: { id }, query, res }) => {
    const { limit, cursor, format, bom, ...fields } = query
    await requireHost(db, { tenantId, id })
    const filter = { tenantId, hostId: id, ...fields }
    if (format !== 'json') {
      await exportScheduled(db, filter, { format, bom }, res)
      return undefined
    }
    const found = await listScheduled(db, filter, { before: readCursor(cursor, idShape), limit: limit + 1 })
    const { items, next_cursor } = pageOf(found, limit, ({ id }) => id)
    return ok({ items: items.map(toScheduledResult), next_cursor })
  }),
  endpoint(routes.names, async ({ principal: { tenantId }, params: { id } }) => {
    await requireHost(db, { tenantId, id })
    return ok({ items: await scheduledNames(db, { tenantId, hostId: id }, NAMES_MAX) })
  }),
]
