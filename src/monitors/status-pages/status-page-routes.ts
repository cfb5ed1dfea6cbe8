import type { Audit } from '../../access'
import { created, type Endpoint, endpoint, noContent, ok, type Principal, pageOf, readCursor } from '../../api'
import type { Db, Transaction } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import { newId } from '../../base/ids'
import { z } from '../../base/parse'
import { plainText, uuid } from '../../contract/fields'
import { statusPageRoutes as routes, type StatusPageChange } from '../../contract/status-pages'
import { changedMembership, idsGiven, requireKnown, withOnly } from './membership'
import {
  countPages,
  deletePage,
  findPage,
  insertPage,
  listPages,
  lockPage,
  monitorsAmong,
  type PageRow,
  updatePage,
} from './status-page-store'

export interface StatusPageRoutesDeps {
  db: Db
  audit: Audit
}

/** Status pages of a tenant. */
const PAGES_MAX = 100

const place = z.strictObject({ title: plainText(200), id: uuid })

export const statusPageEndpoints = (deps: StatusPageRoutesDeps): Endpoint[] => [
  ...readRoutes(deps),
  createRoute(deps),
  updateRoute(deps),
  deleteRoute(deps),
]

const readRoutes = ({ db }: StatusPageRoutesDeps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { q, limit, cursor } }) => {
    const found = await listPages(db, tenantId, { q, after: readCursor(cursor, place), limit: limit + 1 })
    const { items, next_cursor } = pageOf(found, limit, ({ title, id }) => ({ title, id }))
    return ok({ items: items.map(shownPage), next_cursor })
  }),
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) => {
    const found = await findPage(db, tenantId, id)
    if (!found) throw notFound('status page')
    return ok(shownPage(found))
  }),
]

const createRoute = ({ db, audit }: StatusPageRoutesDeps) =>
  endpoint(routes.create, async ({ principal: by, body: { reason, ...fields } }) => {
    const members = changedMembership({ monitor_ids: [], groups: [] }, fields)
    const page = await db.transaction(async trx => {
      await requireMonitors(trx, by, fields)
      if ((await countPages(trx, by.tenantId)) >= PAGES_MAX)
        throw conflict('too_many_status_pages', `There are already ${PAGES_MAX} status pages: delete one first.`)
      const place = { id: newId(), tenantId: by.tenantId, createdBy: by.actor }
      const page = await insertPage(trx, { ...place, ...fields, ...members })
      if (!page) throw slugTaken(fields.slug)
      await audit.record({ ...entryOf(by, 'create', page), reason }, trx)
      return page
    })
    return created(shownPage(page))
  })

const updateRoute = ({ db, audit }: StatusPageRoutesDeps) =>
  endpoint(routes.update, async ({ principal: by, params: { id }, body: { reason, ...change } }) => {
    const page = await db.transaction(async trx => {
      const before = await lockPage(trx, by.tenantId, id)
      if (!before) throw notFound('status page')
      await requireMonitors(trx, by, change)
      const { slug = before.slug, title = before.title, description = before.description } = change
      const { published = before.published } = change
      const fields = { slug, title, description, published, ...changedMembership(shownPage(before), change) }
      const page = await updatePage(trx, { id, tenantId: by.tenantId, ...fields })
      if (!page) throw slugTaken(slug)
      await audit.record({ ...entryOf(by, 'update', page), reason }, trx)
      return page
    })
    return ok(shownPage(page))
  })

const deleteRoute = ({ db, audit }: StatusPageRoutesDeps) =>
  endpoint(routes.delete, async ({ principal: by, params: { id }, query: { reason } }) => {
    await db.transaction(async trx => {
      const page = await lockPage(trx, by.tenantId, id)
      if (!page) throw notFound('status page')
      await deletePage(trx, by.tenantId, id)
      await audit.record({ ...entryOf(by, 'delete', page), reason }, trx)
    })
    return noContent()
  })

async function requireMonitors(trx: Transaction, { tenantId }: Principal, change: StatusPageChange): Promise<void> {
  const given = idsGiven(change)
  if (given.length === 0) return
  const known = await monitorsAmong(
    trx,
    tenantId,
    given.map(({ id }) => id),
  )
  requireKnown(given, known)
}

/** A page without the monitors that have been deleted. */
function shownPage(page: PageRow) {
  const monitor_ids = page.monitors.map(({ id }) => id)
  return { ...page, monitor_ids, groups: withOnly(new Set(monitor_ids), page.groups) }
}

/** Addresses are shared by all tenants. */
const slugTaken = (slug: string) => conflict('slug_taken', `The address /status/${slug} is taken. Choose another one.`)

const entryOf = (by: Principal, verb: 'create' | 'update' | 'delete', page: PageRow) => ({
  by,
  action: `status_page.${verb}`,
  target: { type: 'status_page', id: page.id },
  data: { slug: page.slug, title: page.title, published: page.published, monitors: page.monitors.length },
})
