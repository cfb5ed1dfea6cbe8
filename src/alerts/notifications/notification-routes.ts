import { type Endpoint, endpoint, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { uuid } from '../../contract/fields'
import { notificationRoutes as routes } from '../../contract/receivers'
import { listNotifications, shownNotification } from './list-store'

export const notificationRoutes = (db: Db): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { limit, cursor, ...filter } }) => {
    const page = { before: readCursor(cursor, uuid), limit: limit + 1 }
    const { items, next_cursor } = pageOf(await listNotifications(db, tenantId, filter, page), limit, ({ id }) => id)
    return ok({ items: items.map(shownNotification), next_cursor })
  }),
]
