import { accepted, created, type Endpoint, endpoint, noContent, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { badRequest, conflict, notFound } from '../../base/errors'
import { z } from '../../base/parse'
import { uuid } from '../../contract/fields'
import { type MonitorStatus, monitorRoutes as routes } from '../../contract/monitors'
import { MONITOR_STATUSES } from '../../contract/values'
import { type Jobs, linksOf } from '../../jobs'
import type { Writer } from '../../streams'
import { commitChange } from '../monitors/change-effect'
import { countByStatus, listMonitors, type MonitorFilter, type MonitorSort } from '../monitors/monitor-list-store'
import { findMonitor, labelCounts } from '../monitors/monitor-store'
import { monitorCheck } from '../schedule/check-job'
import type { NextChecks } from '../schedule/next-check'
import {
  type ChangeDeps,
  changeMonitor,
  createMonitor,
  lockMonitor,
  removeMonitors,
  rotateSecret,
  switchMonitors,
} from './changes'
import { listedItem, readMonitor } from './shown-monitor'

export interface MonitorRoutesDeps extends ChangeDeps {
  db: Db
  streams: Pick<Writer, 'commit'>
  jobs: Pick<Jobs, 'enqueue'>
  nextCheck: NextChecks
  publicUrl: string | undefined
  /** Called after each change, when it is committed. */
  onChange(): void
}

export const monitorRoutes = (deps: MonitorRoutesDeps): Endpoint[] => [
  listRoute(deps),
  createRoute(deps),
  labelsRoute(deps),
  readRoute(deps),
  updateRoute(deps),
  deleteRoute(deps),
  checkRoute(deps),
  switchRoute(deps, 'pause'),
  switchRoute(deps, 'resume'),
  rotateRoute(deps),
]

const position = z.object({ sort: z.string(), value: z.string(), id: uuid })

const listRoute = ({ db }: MonitorRoutesDeps) =>
  endpoint(routes.list, async ({ principal: { tenantId }, query }) => {
    const { status, type, q, label, sort, limit, cursor } = query
    const filter: MonitorFilter = { status, type, q, labels: (label ?? []).map(readLabel) }
    const after = positionOf(cursor, sort)
    const [found, counts] = await Promise.all([
      listMonitors(db, tenantId, filter, { sort, after, limit: limit + 1 }),
      countByStatus(db, tenantId, filter),
    ])
    const { items, next_cursor } = pageOf(found, limit, ({ sorted_by, id }) => ({ sort, value: sorted_by, id }))
    return ok({ items: items.map(listedItem), next_cursor, counts: allCounts(counts) })
  })

function readLabel(text: string) {
  const at = text.indexOf('=')
  return at < 0 ? { name: text, value: undefined } : { name: text.slice(0, at), value: text.slice(at + 1) }
}

function positionOf(cursor: string | undefined, sort: MonitorSort) {
  const found = readCursor(cursor, position)
  if (!found) return undefined
  const isNumber = sort === '-latency' || sort === 'tls_expires_at'
  if (found.sort === sort && (!isNumber || found.value === 'Infinity' || Number.isFinite(Number(found.value))))
    return found
  throw badRequest([{ path: 'query.cursor', message: 'This cursor is from another list or another order.' }])
}

function allCounts(counts: readonly { status: MonitorStatus; count: number }[]) {
  const all = Object.fromEntries(MONITOR_STATUSES.map(status => [status, 0])) as Record<MonitorStatus, number>
  for (const { status, count } of counts) all[status] = count
  return all
}

const createRoute = (deps: MonitorRoutesDeps) =>
  endpoint(routes.create, async ({ principal: by, body, req }) => {
    const { id, secret } = await commitChange(deps.streams, async trx => {
      const { entries, ...result } = await createMonitor(trx, deps, { by, reason: undefined }, body, 'body.')
      return { result, entries }
    })
    deps.onChange()
    const monitor = await readMonitor(deps.db, deps.nextCheck, by.tenantId, id)
    return created(
      secret === undefined ? { monitor } : { monitor, ...pushAddress(deps.publicUrl ?? originOf(req), secret) },
    )
  })

export const pushAddress = (origin: string, secret: string) => ({
  secret,
  push_url: `${origin.replace(/\/$/, '')}/push/${secret}`,
})

export const originOf = (req: { protocol: string; host: string }) => `${req.protocol}://${req.host}`

const labelsRoute = ({ db }: MonitorRoutesDeps) =>
  endpoint(routes.labels, async ({ principal: { tenantId } }) => ok({ items: await labelCounts(db, tenantId) }))

const readRoute = ({ db, nextCheck }: MonitorRoutesDeps) =>
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) =>
    ok(await readMonitor(db, nextCheck, tenantId, id)),
  )

const updateRoute = (deps: MonitorRoutesDeps) =>
  endpoint(routes.update, async ({ principal: by, params: { id }, body: { reason, ...change } }) => {
    await commitChange(deps.streams, async trx => ({
      result: undefined,
      entries: await changeMonitor(trx, deps, { by, reason }, id, change, 'body.'),
    }))
    deps.onChange()
    return ok(await readMonitor(deps.db, deps.nextCheck, by.tenantId, id))
  })

const deleteRoute = (deps: MonitorRoutesDeps) =>
  endpoint(routes.delete, async ({ principal: by, params: { id }, query: { reason } }) => {
    await commitChange(deps.streams, async trx => {
      await lockMonitor(trx, by.tenantId, id)
      return { result: undefined, entries: await removeMonitors(trx, deps, { by, reason }, [id]) }
    })
    deps.onChange()
    return noContent()
  })

const checkRoute = ({ db, jobs }: MonitorRoutesDeps) =>
  endpoint(routes.check, async ({ principal: { tenantId, actor }, params: { id }, body }) => {
    const monitor = await findMonitor(db, tenantId, id)
    if (!monitor) throw notFound('monitor')
    if (monitor.type === 'push')
      throw conflict('not_checkable', 'This monitor waits for heartbeats: it cannot be checked.')
    if (!monitor.enabled) throw conflict('monitor_paused', 'This monitor is paused: resume it first.')
    const request = { tenantId, createdBy: actor, reason: body?.reason }
    const { job } = await jobs.enqueue(monitorCheck, { monitor_id: id }, request)
    return accepted({ job, links: linksOf(job.id) })
  })

const switchRoute = (deps: MonitorRoutesDeps, verb: 'pause' | 'resume') =>
  endpoint(routes[verb], async ({ principal: by, params: { id }, body }) => {
    await commitChange(deps.streams, async trx => {
      const monitor = await lockMonitor(trx, by.tenantId, id)
      const entries = await switchMonitors(trx, deps, { by, reason: body?.reason }, [monitor], verb === 'resume')
      return { result: undefined, entries }
    })
    deps.onChange()
    return ok(await readMonitor(deps.db, deps.nextCheck, by.tenantId, id))
  })

const rotateRoute = (deps: MonitorRoutesDeps) =>
  endpoint(routes.rotate, async ({ principal: by, params: { id }, body, req }) => {
    const secret = await commitChange(deps.streams, async trx => ({
      result: await rotateSecret(trx, deps, { by, reason: body?.reason }, id),
      entries: [],
    }))
    return ok(pushAddress(deps.publicUrl ?? originOf(req), secret))
  })
