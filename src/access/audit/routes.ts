import { type Endpoint, endpoint, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { storedJson } from '../../base/rows'
import { auditRecord, auditRoutes as routes } from '../../contract/audit'
import { uuid } from '../../contract/fields'
import { type AuditRow, actorOf, listAuditRows, targetOf } from './store'

/** The lowest role that may read the audit log, over REST and as events. */
export const AUDIT_ROLE = routes.list.role

export const auditRoutes = (db: Db): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { limit, cursor, ...filter } }) => {
    const found = await listAuditRows(db, { tenantId, filter, limit: limit + 1, before: readCursor(cursor, uuid) })
    const { items, next_cursor } = pageOf(found, limit, ({ id }) => id)
    return ok({ items: items.map(recordOf), next_cursor })
  }),
]

const recordOf = (row: AuditRow) => ({
  id: row.id,
  at: row.at,
  actor: actorOf(row),
  action: row.action,
  target: targetOf(row),
  reason: row.reason,
  result: row.result,
  data: row.data === null ? null : storedJson(auditRecord.shape.data, row.data),
})
