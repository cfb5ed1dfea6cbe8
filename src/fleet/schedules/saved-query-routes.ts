import { type Audit, actorSchema, type Endpoint, endpoint, ok, pageOf, reasonQuery } from '../../access'
import type { Db } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import { newId } from '../../base/ids'
import { uuid, z } from '../../base/parse'
import { namedPage, namedQuery } from '../named-page'
import { STATEMENT_BYTES_MAX, statementChange, statementInput } from '../statement-input'
import {
  deleteSavedQuery,
  findSavedQuery,
  insertSavedQuery,
  listSavedQueries,
  type SavedQuery,
  updateSavedQuery,
} from './saved-query-store'

const params = z.strictObject({ id: uuid })
const savedQuery = z
  .object({
    id: uuid,
    name: z.string(),
    description: z.string(),
    sql: z.string(),
    platforms: z.array(z.string()),
    created_by: actorSchema,
    created_at: z.date(),
    updated_at: z.date(),
  })
  .meta({ id: 'SavedQuery' })

interface Deps {
  db: Db
  audit: Audit
}

const shown = ({ tenant_id: _, ...row }: SavedQuery) => row
const nameTaken = (name: string | undefined) =>
  conflict('name_taken', `There is a saved query "${name ?? ''}" already.`)

export const savedQueryRoutes = (deps: Deps): Endpoint[] => [...readRoutes(deps), ...changeRoutes(deps)]

const readRoutes = ({ db }: Deps): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/saved-queries',
    role: 'viewer',
    summary: 'Saved queries by name.',
    query: namedQuery,
    replies: { 200: pageOf(savedQuery) },
    async handle({ principal: { tenantId }, query }) {
      const { items, next_cursor } = await namedPage(query, place => listSavedQueries(db, tenantId, place))
      return ok({ items: items.map(shown), next_cursor })
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/saved-queries/{id}',
    role: 'viewer',
    summary: 'A saved query.',
    params,
    replies: { 200: savedQuery },
    async handle({ principal: { tenantId }, params: { id } }) {
      const found = await findSavedQuery(db, tenantId, id)
      if (!found) throw notFound('saved query')
      return ok(shown(found))
    },
  }),
]

const changeRoutes = ({ db, audit }: Deps): Endpoint[] => [
  endpoint({
    method: 'post',
    path: '/api/saved-queries',
    role: 'operator',
    summary: 'Saves a query under a name.',
    body: statementInput,
    bodyBytesMax: STATEMENT_BYTES_MAX,
    replies: { 201: savedQuery },
    async handle({ principal, body: { reason, ...given } }) {
      const row = { id: newId(), tenant_id: principal.tenantId, ...given, created_by: principal.actor }
      const made = await db.transaction(async trx => {
        const target = { type: 'saved_query', id: row.id }
        await audit.record(
          { by: principal, action: 'saved_query.create', target, reason, data: { name: row.name } },
          trx,
        )
        const stored = await insertSavedQuery(trx, row)
        if (!stored) throw nameTaken(row.name)
        return stored
      })
      return { status: 201, body: shown(made) }
    },
  }),
  endpoint({
    method: 'patch',
    path: '/api/saved-queries/{id}',
    role: 'operator',
    summary: 'Changes what is named of a saved query.',
    params,
    body: statementChange,
    bodyBytesMax: STATEMENT_BYTES_MAX,
    replies: { 200: savedQuery },
    async handle({ principal, params: { id }, body: { reason, ...given } }) {
      const changed = await db.transaction(async trx => {
        const stored = await updateSavedQuery(trx, { tenantId: principal.tenantId, id }, given)
        if (!stored) throw notFound('saved query')
        if (stored === 'taken') throw nameTaken(given.name)
        const data = { name: stored.name, fields: Object.keys(given) }
        await audit.record(
          { by: principal, action: 'saved_query.update', target: { type: 'saved_query', id }, reason, data },
          trx,
        )
        return stored
      })
      return ok(shown(changed))
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/saved-queries/{id}',
    role: 'operator',
    summary: 'Removes a saved query.',
    params,
    query: reasonQuery,
    replies: { 204: null },
    async handle({ principal, params: { id }, query: { reason } }) {
      await db.transaction(async trx => {
        const name = await deleteSavedQuery(trx, principal.tenantId, id)
        if (name === undefined) throw notFound('saved query')
        const target = { type: 'saved_query', id }
        await audit.record({ by: principal, action: 'saved_query.delete', target, reason, data: { name } }, trx)
      })
      return { status: 204 }
    },
  }),
]
