import type { Audit } from '../../access'
import { accepted, type Endpoint, endpoint, noContent, ok, pageOf } from '../../api'
import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import type { z } from '../../base/parse'
import { hostRoutes as routes } from '../../contract/hosts'
import type { Writer } from '../../streams'
import { hostCountsOf } from '../host-counts'
import type { HostNotifier } from '../host-notifier'
import { deleteEffect } from './delete-effect'
import { cursorOf, positionOf, sortOf } from './host-cursor'
import { findHost, requestRefresh } from './host-detail-store'
import {
  countByPlatform,
  countHosts,
  type hostRow,
  type LabelOfHost,
  labelsOfHosts,
  listHosts,
} from './host-list-store'

interface Deps {
  db: Db
  streams: Writer
  audit: Audit
  notifier: HostNotifier
}

export const hostRoutes = (deps: Deps): Endpoint[] => [...readRoutes(deps), refreshRoute(deps), deleteRoute(deps)]

const readRoutes = ({ db }: Deps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { sort, limit, cursor, ...filter } }) => {
    const page = { sort: sortOf(sort), after: positionOf(cursor, sort), limit: limit + 1 }
    const [found, counts] = await Promise.all([listHosts(db, tenantId, filter, page), countHosts(db, tenantId, filter)])
    const { items, next_cursor } = pageOf(found, limit, host => cursorOf(sort, host))
    const labels = await labelsOfHosts(
      db,
      tenantId,
      items.map(({ id }) => id),
    )
    return ok({
      items: items.map(({ sorted_by: _, ...host }) => withLabels(host, labels)),
      next_cursor,
      counts: hostCountsOf(counts),
    })
  }),
  endpoint(routes.platforms, async ({ principal: { tenantId } }) => ok({ items: await countByPlatform(db, tenantId) })),
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) => {
    const [host, labels] = await Promise.all([findHost(db, tenantId, id), labelsOfHosts(db, tenantId, [id])])
    if (!host) throw notFound('host')
    return ok({ ...withLabels(host, labels), links: linksOf(id) })
  }),
]

const refreshRoute = ({ db, audit, notifier }: Deps): Endpoint =>
  endpoint(routes.refresh, async ({ principal, params: { id }, query: { reason } }) => {
    await db.transaction(async trx => {
      if (!(await requestRefresh(trx, principal.tenantId, id))) throw notFound('host')
      await audit.record({ by: principal, action: 'host.refresh', target: { type: 'host', id }, reason }, trx)
    })
    notifier.notify({ type: 'wanted', hostIds: [id] })
    return accepted({ links: linksOf(id) })
  })

function deleteRoute({ streams, audit, notifier }: Deps): Endpoint {
  const effect = deleteEffect(audit)
  return endpoint(routes.remove, async ({ principal, params: { id }, query: { reason } }) => {
    if (!(await streams.commit(effect, { by: principal, id, reason }))) throw notFound('host')
    notifier.notify({ type: 'changed', hostIds: [id] })
    return noContent()
  })
}

/** @param labels of several hosts */
const withLabels = <Row extends z.output<typeof hostRow>>(host: Row, labels: readonly LabelOfHost[]) => ({
  ...host,
  labels: labels.filter(({ host_id }) => host_id === host.id).map(({ id, name }) => ({ id, name })),
})

const linksOf = (id: string) => ({
  self: `/api/hosts/${id}`,
  page: `/hosts/${id}`,
  query: `/api/hosts/${id}/query`,
  results: `/api/hosts/${id}/results`,
  logs: `/api/hosts/${id}/logs`,
  scheduled: `/api/hosts/${id}/scheduled`,
  refresh: `/api/hosts/${id}/refresh`,
})
