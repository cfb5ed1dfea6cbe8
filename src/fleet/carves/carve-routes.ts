import type { Audit } from '../../access'
import { type Endpoint, endpoint, noContent, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import { carveRoutes as routes } from '../../contract/carves'
import { uuid } from '../../contract/fields'
import { requireHost } from '../host-store'
import { type CarveRow, deleteCarve, findCarve, listCarves } from './carve-store'
import { sendContent } from './content'

export const carveRoutes = (db: Db, audit: Audit): Endpoint[] => [
  ...listRoutes(db),
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) =>
    ok(resourceOf(await requireCarve(db, tenantId, id))),
  ),
  endpoint(routes.content, async ({ principal, params: { id }, res }) => {
    const carve = await requireCarve(db, principal.tenantId, id)
    if (!carve.completed_at)
      throw conflict('carve_incomplete', `Only ${carve.received} of ${carve.block_count} blocks have been received.`)
    const data = { host_id: carve.host_id, size: carve.size }
    await audit.record({ by: principal, action: 'carve.download', target: { type: 'carve', id }, data })
    await sendContent(db, carve, res)
    return undefined
  }),
  endpoint(routes.remove, async ({ principal, params: { id }, query: { reason } }) => {
    await db.transaction(async trx => {
      if (!(await deleteCarve(trx, principal.tenantId, id))) throw notFound('carve')
      await audit.record({ by: principal, action: 'carve.delete', target: { type: 'carve', id }, reason }, trx)
    })
    return noContent()
  }),
]

const listRoutes = (db: Db): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query }) => ok(await pageOfCarves(db, tenantId, query))),
  endpoint(routes.ofHost, async ({ principal: { tenantId }, params: { id }, query }) => {
    await requireHost(db, { tenantId, id })
    return ok(await pageOfCarves(db, tenantId, { ...query, hostId: id }))
  }),
]

interface CarveList {
  hostId?: string
  limit: number
  cursor?: string | undefined
}

async function pageOfCarves(db: Db, tenantId: string, { hostId, limit, cursor }: CarveList) {
  const found = await listCarves(db, tenantId, { hostId, before: readCursor(cursor, uuid), limit: limit + 1 })
  return pageOf(found.map(resourceOf), limit, ({ id }) => id)
}

async function requireCarve(db: Db, tenantId: string, id: string): Promise<CarveRow> {
  const found = await findCarve(db, tenantId, id)
  if (!found) throw notFound('carve')
  return found
}

const resourceOf = ({ block_size: _, ...carve }: CarveRow) => carve
