import type { Audit } from '../../access'
import { created, type Endpoint, endpoint, noContent, ok } from '../../api'
import type { Db } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import { newId } from '../../base/ids'
import { savedQueryRoutes as routes } from '../../contract/saved-queries'
import { namedPage } from '../named-page'
import {
  deleteSavedQuery,
  findSavedQuery,
  insertSavedQuery,
  listSavedQueries,
  type SavedQueryRow,
  updateSavedQuery,
} from './saved-query-store'

interface Deps {
  db: Db
  audit: Audit
}

const toSavedQuery = ({ tenant_id: _, ...row }: SavedQueryRow) => row
const nameTaken = (name: string | undefined) =>
  conflict('name_taken', `There is already a saved query "${name ?? ''}".`)

export const savedQueryRoutes = (deps: Deps): Endpoint[] => [...readRoutes(deps), ...changeRoutes(deps)]

const readRoutes = ({ db }: Deps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query }) => {
    const { items, next_cursor } = await namedPage(query, page => listSavedQueries(db, tenantId, page))
    return ok({ items: items.map(toSavedQuery), next_cursor })
  }),
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) => {
    const row = await findSavedQuery(db, tenantId, id)
    if (!row) throw notFound('saved query')
    return ok(toSavedQuery(row))
  }),
]

const changeRoutes = ({ db, audit }: Deps): Endpoint[] => [
  endpoint(routes.create, async ({ principal: by, body: { reason, ...fields } }) => {
    const row = { id: newId(), tenant_id: by.tenantId, ...fields, created_by: by.actor }
    const stored = await db.transaction(async trx => {
      const target = { type: 'saved_query', id: row.id }
      await audit.record({ by, action: 'saved_query.create', target, reason, data: { name: row.name } }, trx)
      const inserted = await insertSavedQuery(trx, row)
      if (!inserted) throw nameTaken(row.name)
      return inserted
    })
    return created(toSavedQuery(stored))
  }),
  endpoint(routes.update, async ({ principal: by, params: { id }, body: { reason, ...fields } }) => {
    const stored = await db.transaction(async trx => {
      const updated = await updateSavedQuery(trx, { tenantId: by.tenantId, id }, fields)
      if (!updated) throw notFound('saved query')
      if (updated === 'taken') throw nameTaken(fields.name)
      const target = { type: 'saved_query', id }
      const data = { name: updated.name, fields: Object.keys(fields) }
      await audit.record({ by, action: 'saved_query.update', target, reason, data }, trx)
      return updated
    })
    return ok(toSavedQuery(stored))
  }),
  endpoint(routes.delete, async ({ principal: by, params: { id }, query: { reason } }) => {
    await db.transaction(async trx => {
      const name = await deleteSavedQuery(trx, by.tenantId, id)
      if (name === undefined) throw notFound('saved query')
      const target = { type: 'saved_query', id }
      await audit.record({ by, action: 'saved_query.delete', target, reason, data: { name } }, trx)
    })
    return noContent()
  }),
]
