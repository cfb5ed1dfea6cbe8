import { type Endpoint, endpoint, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { z } from '../../base/parse'
import { time, uuid } from '../../contract/fields'
import { monitorHistoryRoutes as routes } from '../../contract/monitor-history'
import { findMonitor } from '../monitors/monitor-store'
import { listChecks } from './check-store'
import { latencyOf } from './latency'
import { uptimeOf } from './uptime'

interface Deps {
  db: Db
  now(): number
}

const position = z.object({ at: time, id: uuid })

export const historyRoutes = ({ db, now }: Deps): Endpoint[] => [
  endpoint(routes.checks, async ({ principal: { tenantId }, params: { id }, query }) => {
    await requireMonitor(db, tenantId, id)
    const { status, before, cursor, limit } = query
    const after = readCursor(cursor, position)
    const found = await listChecks(db, { tenantId, id }, { status, before }, { after, limit: limit + 1 })
    return ok(pageOf(found, limit, check => ({ at: check.checked_at, id: check.id })))
  }),
  endpoint(routes.uptime, async ({ principal: { tenantId }, params: { id }, query: { window } }) => {
    await requireMonitor(db, tenantId, id)
    return ok(await uptimeOf(db, id, window, now()))
  }),
  endpoint(routes.latency, async ({ principal: { tenantId }, params: { id }, query: { window } }) => {
    await requireMonitor(db, tenantId, id)
    return ok(await latencyOf(db, id, window, now()))
  }),
]

async function requireMonitor(db: Db, tenantId: string, id: string): Promise<void> {
  if (!(await findMonitor(db, tenantId, id))) throw notFound('monitor')
}
