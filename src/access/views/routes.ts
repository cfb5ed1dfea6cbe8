import { created, type Endpoint, endpoint, may, noContent, ok, type Principal, pageOf, readCursor } from '../../api'
import type { Db, Transaction } from '../../base/db'
import { conflict, notFound, Problem } from '../../base/errors'
import { newId } from '../../base/ids'
import { uuid } from '../../contract/fields'
import { savedViewRoutes as routes } from '../../contract/saved-views'
import type { Audit } from '../audit'
import { lockTenant } from '../tenant-store'
import { addView, changeView, countViews, listViews, type Reader, removeView, type ViewRow, viewById } from './store'

/** Per member or token, over all pages. */
const OWN_MAX = 50
/** Per tenant. */
const SHARED_MAX = 200

interface Deps {
  db: Db
  audit: Audit
}

export const savedViewRoutes = ({ db, audit }: Deps): Endpoint[] => [
  endpoint(routes.list, async ({ principal, query: { limit, cursor, page } }) => {
    const reader = readerOf(principal)
    const found = await listViews(db, { ...reader, page, limit: limit + 1, after: readCursor(cursor, uuid) })
    const { items, next_cursor } = pageOf(found, limit, ({ id }) => id)
    return ok({ items: items.map(row => toView(row, reader)), next_cursor })
  }),
  endpoint(routes.create, async ({ principal, body }) => {
    const reader = readerOf(principal)
    const added = await db.transaction(async trx => {
      await requireSpace(trx, reader, { own: 1, shared: body.shared ? 1 : 0 })
      const view = await addView(trx, { ...reader, ...body, id: newId(), created_by: principal.actor })
      if (!view) throw nameTaken(body.name)
      if (view.shared) await audit.record(entryOf(principal, 'create', view), trx)
      return view
    })
    return created(toView(added, reader))
  }),
  endpoint(routes.update, async ({ principal, params: { id }, body: { reason, ...fields } }) => {
    const reader = readerOf(principal)
    const changed = await db.transaction(async trx => {
      const before = await requireChangeable(trx, principal, id)
      const { name, search, shared } = { ...before, ...given(fields) }
      if (shared && !before.shared) await requireSpace(trx, reader, { own: 0, shared: 1 })
      const view = await changeView(trx, { tenantId: reader.tenantId, id, name, search, shared })
      if (!view) throw nameTaken(name)
      if (before.shared || shared) await audit.record({ ...entryOf(principal, 'update', view), reason }, trx)
      return view
    })
    return ok(toView(changed, reader))
  }),
  endpoint(routes.delete, async ({ principal, params: { id }, query: { reason } }) => {
    await db.transaction(async trx => {
      const view = await requireChangeable(trx, principal, id)
      await removeView(trx, { tenantId: principal.tenantId, id })
      if (view.shared) await audit.record({ ...entryOf(principal, 'delete', view), reason }, trx)
    })
    return noContent()
  }),
]

const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<ViewRow>

/** @throws Problem 409 for the program itself, which has no views */
function readerOf({ tenantId, actor }: Principal): Reader {
  if (actor.id === null) throw conflict('no_owner', 'Only members and API tokens have saved views.')
  return { tenantId, ownerId: actor.id }
}

const toView = ({ owner_id, ...row }: ViewRow, { ownerId }: Reader) => ({ ...row, own: owner_id === ownerId })

/** @throws Problem 404 for a private view of somebody else, 403 for a shared one */
async function requireChangeable(trx: Transaction, principal: Principal, id: string): Promise<ViewRow> {
  const reader = readerOf(principal)
  await lockTenant(trx, reader.tenantId)
  const view = await viewById(trx, { ...reader, id })
  if (!view) throw notFound('saved view')
  if (view.owner_id !== reader.ownerId && !may(principal, 'admin'))
    throw new Problem(403, 'forbidden', `Only ${view.created_by.name} or an admin may change this view.`)
  return view
}

/** Locks the tenant, so that nobody adds views at the same time. */
async function requireSpace(trx: Transaction, reader: Reader, added: { own: number; shared: number }) {
  await lockTenant(trx, reader.tenantId)
  const { own, shared } = await countViews(trx, reader)
  if (own + added.own > OWN_MAX)
    throw conflict('too_many_views', `You have ${OWN_MAX} saved views, the maximum. Delete one first.`)
  if (added.shared > 0 && shared + added.shared > SHARED_MAX)
    throw conflict('too_many_views', `This tenant shares ${SHARED_MAX} views, the maximum. Delete one first.`)
}

const nameTaken = (name: string) => conflict('name_taken', `You already have a view "${name}" on this page.`)

const entryOf = (by: Principal, verb: 'create' | 'update' | 'delete', { id, page, name, shared }: ViewRow) => ({
  by,
  action: `saved_view.${verb}`,
  target: { type: 'saved_view', id },
  data: { page, name, shared },
})
