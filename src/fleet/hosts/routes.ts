import { type Audit, type Endpoint, endpoint, ok, reasonQuery } from '../../access'
import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { uuid, z } from '../../base/parse'
import type { Writer } from '../../streams'
import type { HostNews } from '../host-news'
import { deleteEffect } from './delete-effect'
import { HOST_STATUSES } from './host'
import { countByPlatform, countHosts, labelsOfHosts, listHosts } from './host-list-store'
import { findHost, wantRefresh } from './host-store'
import { encodePlace, hostsQuery, placeOf, sortOf } from './list-query'
import { hostDetailsSchema, hostLinks, hostLinksSchema, hostSchema, toHost } from './resource'

interface Deps {
  db: Db
  streams: Writer
  audit: Audit
  news: HostNews
}

const params = z.strictObject({ id: uuid.transform(id => id.toLowerCase()) })
const counts = z.object({ online: z.number(), offline: z.number(), missing: z.number() })

export const hostRoutes = (deps: Deps): Endpoint[] => [...readRoutes(deps), refreshRoute(deps), deleteRoute(deps)]

const readRoutes = ({ db }: Deps): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/hosts',
    role: 'viewer',
    summary: 'Lists hosts; `counts` is about all that `q`, `platform` and `label` mean, whatever their status.',
    query: hostsQuery,
    replies: { 200: z.object({ items: z.array(hostSchema), next_cursor: z.string().nullable(), counts }) },
    async handle({ principal: { tenantId }, query: { sort, limit, cursor, ...filter } }) {
      const page = { sort: sortOf(sort), after: placeOf(cursor, sort), limit: limit + 1 }
      const [found, counted] = await Promise.all([
        listHosts(db, tenantId, filter, page),
        countHosts(db, tenantId, filter),
      ])
      const shown = found.slice(0, limit)
      const last = found.length > limit ? shown.at(-1) : undefined
      const labels = await labelsOfHosts(
        db,
        tenantId,
        shown.map(({ id }) => id),
      )
      return ok({
        items: shown.map(host => toHost(host, labels)),
        next_cursor: last ? encodePlace(sort, { value: last.sorted_by, id: last.id }) : null,
        counts: Object.fromEntries(
          HOST_STATUSES.map(status => [status, counted.find(each => each.status === status)?.hosts ?? 0]),
        ),
      })
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/hosts/platforms',
    role: 'viewer',
    summary: 'Platforms of the hosts, the most frequent first.',
    replies: { 200: z.object({ items: z.array(z.object({ platform: z.string(), hosts: z.number() })) }) },
    handle: async ({ principal: { tenantId } }) => ok({ items: await countByPlatform(db, tenantId) }),
  }),
  endpoint({
    method: 'get',
    path: '/api/hosts/{id}',
    role: 'viewer',
    summary: 'A host with what it says of itself.',
    params,
    replies: { 200: hostDetailsSchema },
    async handle({ principal: { tenantId }, params: { id } }) {
      const [host, labels] = await Promise.all([findHost(db, tenantId, id), labelsOfHosts(db, tenantId, [id])])
      if (!host) throw notFound('host')
      const { details, vitals } = host
      return ok({ ...toHost(host, labels), details, vitals, links: hostLinks(id) })
    },
  }),
]

const refreshRoute = ({ db, audit, news }: Deps): Endpoint =>
  endpoint({
    method: 'post',
    path: '/api/hosts/{id}/refresh',
    role: 'operator',
    summary: 'Asks a host anew what it is and which labels it has, as soon as it comes for work.',
    params,
    query: reasonQuery,
    replies: { 202: z.object({ links: hostLinksSchema }) },
    async handle({ principal, params: { id }, query: { reason } }) {
      await db.transaction(async trx => {
        if (!(await wantRefresh(trx, principal.tenantId, id))) throw notFound('host')
        await audit.record({ by: principal, action: 'host.refresh', target: { type: 'host', id }, reason }, trx)
      })
      news.tell({ type: 'wanted', hostIds: [id] })
      return { status: 202, body: { links: hostLinks(id) } }
    },
  })

function deleteRoute({ streams, audit, news }: Deps): Endpoint {
  const effect = deleteEffect(audit)
  return endpoint({
    method: 'delete',
    path: '/api/hosts/{id}',
    role: 'operator',
    summary: 'Removes a host; what it has answered stays. An agent that still runs enrols anew.',
    params,
    query: reasonQuery,
    replies: { 204: null },
    async handle({ principal, params: { id }, query: { reason } }) {
      if (!(await streams.commit(effect, { by: principal, id, reason }))) throw notFound('host')
      news.tell({ type: 'changed', hostIds: [id] })
      return { status: 204 }
    },
  })
}
