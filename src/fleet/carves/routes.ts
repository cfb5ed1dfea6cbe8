import { type Audit, type Endpoint, endpoint, ok, pageOf, reasonQuery } from '../../access'
import type { Db } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import { pageSize, uuid, z } from '../../base/parse'
import { requireHost } from '../host-store'
import { type CarveRow, deleteCarve, findCarve, listCarves } from './carve-store'
import { sendContent } from './content'

const params = z.strictObject({ id: uuid })
const listQuery = z.strictObject({ limit: pageSize(50, 500), cursor: uuid.optional() })
const carveSchema = z
  .object({
    id: uuid,
    host_id: uuid,
    query_id: uuid.nullable(),
    carve_guid: z.string(),
    size: z.number(),
    block_count: z.number(),
    received: z.number(),
    created_at: z.date(),
    completed_at: z.date().nullable(),
  })
  .meta({ id: 'Carve' })

const toCarve = ({ tenant_id: _, block_size: __, ...carve }: CarveRow) => carve

export const carveRoutes = (db: Db, audit: Audit): Endpoint[] => [
  ...listRoutes(db),
  endpoint({
    method: 'get',
    path: '/api/carves/{id}',
    role: 'viewer',
    summary: 'A carve: files of a host, packed by its agent; `received` of `block_count` blocks are here.',
    params,
    replies: { 200: carveSchema },
    async handle({ principal: { tenantId }, params: { id } }) {
      return ok(toCarve(await required(db, tenantId, id)))
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/carves/{id}/content',
    role: 'operator',
    summary: 'Downloads a complete carve, a .tar or .tar.zst.',
    params,
    replies: { 200: z.string().meta({ description: 'application/x-tar or application/zstd' }) },
    async handle({ principal, params: { id }, res }) {
      const carve = await required(db, principal.tenantId, id)
      if (!carve.completed_at)
        throw conflict('carve_incomplete', `${carve.received} of ${carve.block_count} blocks are here.`)
      const data = { host_id: carve.host_id, size: carve.size }
      await audit.record({ by: principal, action: 'carve.download', target: { type: 'carve', id }, data })
      await sendContent(db, carve, res)
      return undefined
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/carves/{id}',
    role: 'operator',
    summary: 'Removes a carve.',
    params,
    query: reasonQuery,
    replies: { 204: null },
    async handle({ principal, params: { id }, query: { reason } }) {
      await db.transaction(async trx => {
        if (!(await deleteCarve(trx, principal.tenantId, id))) throw notFound('carve')
        await audit.record({ by: principal, action: 'carve.delete', target: { type: 'carve', id }, reason }, trx)
      })
      return { status: 204 }
    },
  }),
]

const listRoutes = (db: Db): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/carves',
    role: 'viewer',
    summary: 'Carves of all hosts, newest first.',
    query: listQuery,
    replies: { 200: pageOf(carveSchema) },
    handle: async ({ principal: { tenantId }, query }) => ok(await page(db, tenantId, undefined, query)),
  }),
  endpoint({
    method: 'get',
    path: '/api/hosts/{id}/carves',
    role: 'viewer',
    summary: 'Carves of a host, newest first.',
    params,
    query: listQuery,
    replies: { 200: pageOf(carveSchema) },
    async handle({ principal: { tenantId }, params: { id }, query }) {
      await requireHost(db, { tenantId, id })
      return ok(await page(db, tenantId, id, query))
    },
  }),
]

async function required(db: Db, tenantId: string, id: string): Promise<CarveRow> {
  const found = await findCarve(db, tenantId, id)
  if (!found) throw notFound('carve')
  return found
}

async function page(
  db: Db,
  tenantId: string,
  hostId: string | undefined,
  { limit, cursor }: z.output<typeof listQuery>,
) {
  const found = await listCarves(db, tenantId, { hostId, before: cursor, limit: limit + 1 })
  const items = found.slice(0, limit).map(toCarve)
  return { items, next_cursor: found.length > limit ? (items.at(-1)?.id ?? null) : null }
}
