import { type Endpoint, endpoint, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { uuid } from '../../contract/fields'
import { notificationRoutes as routes } from '../../contract/receivers'
import { listNotifications } from './list-store'
import type { NotificationRow } from './notification'

export const notificationRoutes = (db: Db): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { limit, cursor, ...filter } }) => {
    const page = { before: readCursor(cursor, uuid), limit: limit + 1 }
    const { items, next_cursor } = pageOf(await listNotifications(db, tenantId, filter, page), limit, ({ id }) => id)
    return ok({ items: items.map(shown), next_cursor })
  }),
]

function shown(row: NotificationRow) {
  const { tenant_id: _tenant, group_id: _group, fingerprints: _fingerprints, attempt_count: _count, ...rest } = row
  return rest
}
