import { created, type Endpoint, endpoint, noContent, ok } from '../../api'
import { notFound } from '../../base/errors'
import { packRoutes as routes } from '../../contract/packs'
import { namedPage } from '../named-page'
import { exportPack, toPack } from './pack'
import { PackChanges, type PackDeps } from './pack-changes'
import { findPack, listPacks } from './pack-store'

export function packRoutes(deps: PackDeps): Endpoint[] {
  const changes = new PackChanges(deps)
  return [...readRoutes(deps), ...changeRoutes(changes), importRoute(changes)]
}

const readRoutes = ({ db }: PackDeps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query }) => {
    const { items, next_cursor } = await namedPage(query, page => listPacks(db, tenantId, page))
    return ok({ items: items.map(toPack), next_cursor })
  }),
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) => {
    const pack = await findPack(db, tenantId, id)
    if (!pack) throw notFound('pack')
    return ok(toPack(pack))
  }),
  endpoint(routes.export, async ({ principal: { tenantId }, params: { id } }) => {
    const pack = await findPack(db, tenantId, id)
    if (!pack) throw notFound('pack')
    const file = `${pack.name.replaceAll(/[^\w.-]/g, '-')}.json`
    return ok(exportPack(pack), { 'Content-Disposition': `attachment; filename="${file}"` })
  }),
]

const changeRoutes = (changes: PackChanges): Endpoint[] => [
  endpoint(routes.create, async ({ principal, body }) => created(toPack(await changes.create(principal, body)))),
  endpoint(routes.update, async ({ principal, params: { id }, body }) =>
    ok(toPack(await changes.update(principal, id, body))),
  ),
  endpoint(routes.delete, async ({ principal, params: { id }, query: { reason } }) => {
    await changes.remove(principal, id, reason)
    return noContent()
  }),
]

const importRoute = (changes: PackChanges): Endpoint =>
  endpoint(routes.import, async ({ principal, body: { name, content, reason } }) => {
    const { stored, warnings } = await changes.import(principal, name, content, reason)
    const [first] = stored
    const imported = stored.map(({ id, name, replaced }) => ({ id, name, replaced }))
    const body = { ...(first && toPack(first)), imported, warnings }
    return imported.every(({ replaced }) => replaced) ? ok(body) : created(body)
  })
