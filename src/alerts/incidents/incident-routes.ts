import type { Audit } from '../../access'
import { created, type Endpoint, endpoint, ok, type Principal, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { uuid } from '../../contract/fields'
import { type Incident, type IncidentItem, incidentRoutes as routes } from '../../contract/incidents'
import type { Writer } from '../../streams'
import { actionEffect, type Change } from './action-effect'
import { alertPlace, alertsOf, findIncident, type ListedIncident, listIncidents, placeOf } from './incident-list-store'
import { timelineOf } from './timeline-store'

export interface IncidentRoutesDeps {
  db: Db
  streams: Pick<Writer, 'commit'>
  audit: Audit
  clock: () => Date
}

/** Entries and alerts that come with an incident; more by page. */
const SHOWN_MAX = 200

/** Reads incidents, and what people do with them. */
export const incidentRoutes = (deps: IncidentRoutesDeps): Endpoint[] => [...readRoutes(deps), ...actionRoutes(deps)]

const readRoutes = ({ db }: IncidentRoutesDeps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { limit, cursor, ...filter } }) => {
    const found = await listIncidents(db, tenantId, filter, { before: readCursor(cursor, uuid), limit: limit + 1 })
    const { items, next_cursor } = pageOf(found, limit, ({ id }) => id)
    return ok({ items: items.map(itemOf), next_cursor })
  }),
  endpoint(routes.read, async ({ principal, params: { id } }) => {
    const incident = await read(db, principal, id)
    const of = { tenantId: principal.tenantId, incidentId: id, limit: SHOWN_MAX }
    const [alerts, timeline] = await Promise.all([alertsOf(db, of), timelineOf(db, of)])
    return ok({ incident, alerts, timeline })
  }),
  endpoint(routes.alerts, async ({ principal, params: { id }, query: { limit, cursor } }) => {
    await read(db, principal, id)
    const after = readCursor(cursor, alertPlace)
    const of = { tenantId: principal.tenantId, incidentId: id, limit: limit + 1, ...(after && { after }) }
    return ok(pageOf(await alertsOf(db, of), limit, placeOf))
  }),
  endpoint(routes.timeline, async ({ principal, params: { id }, query: { limit, cursor } }) => {
    await read(db, principal, id)
    const before = readCursor(cursor, uuid)
    const of = { tenantId: principal.tenantId, incidentId: id, limit: limit + 1, ...(before && { before }) }
    return ok(pageOf(await timelineOf(db, of), limit, entry => entry.id))
  }),
]

function actionRoutes({ db, streams, audit, clock }: IncidentRoutesDeps): Endpoint[] {
  const effect = actionEffect(audit)
  async function act(by: Principal, id: string, change: Change) {
    const result = await streams.commit(effect, { id, by, at: clock(), change })
    if ('problem' in result) throw result.problem
    return result.entry
  }
  async function changed(by: Principal, id: string, change: Change) {
    await act(by, id, change)
    return ok(await read(db, by, id))
  }
  return [
    endpoint(routes.acknowledge, ({ principal, params: { id }, body }) =>
      changed(principal, id, { does: 'acknowledge', reason: body?.reason }),
    ),
    endpoint(routes.assign, ({ principal, params: { id }, body: { user_id, reason } }) =>
      changed(principal, id, { does: 'assign', userId: user_id, reason }),
    ),
    endpoint(routes.note, async ({ principal, params: { id }, body: { text } }) => {
      const entry = await act(principal, id, { does: 'note', text })
      if (!entry) throw new Error('A note always adds to the timeline')
      return created(entry)
    }),
    endpoint(routes.resolve, ({ principal, params: { id }, body }) =>
      changed(principal, id, { does: 'resolve', reason: body?.reason }),
    ),
  ]
}

async function read(db: Db, { tenantId }: Principal, id: string): Promise<Incident> {
  const found = await findIncident(db, tenantId, id)
  if (!found) throw notFound('incident')
  const { common_annotations, links } = found
  return { ...itemOf(found), common_annotations, links }
}

function itemOf(row: ListedIncident): IncidentItem {
  const { group_id: _, assignee_id, assignee_name, common_annotations: _a, links: _l, ...item } = row
  return {
    ...item,
    assignee: assignee_id === null ? null : { type: 'user', id: assignee_id, name: assignee_name ?? assignee_id },
    acknowledged_at: row.acknowledged_at?.toISOString() ?? null,
    resolved_at: row.resolved_at?.toISOString() ?? null,
    opened_at: row.opened_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    next_flush_at: row.next_flush_at?.toISOString() ?? null,
  }
}
