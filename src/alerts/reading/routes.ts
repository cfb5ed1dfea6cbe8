import { type Endpoint, endpoint, ok, pageOf, readCursor, writeCursor } from '../../api'
import { notFound } from '../../base/errors'
import { type Occurrence, alertRoutes as routes } from '../../contract/alerts'
import { uuid } from '../../contract/fields'
import { notificationsOf } from '../notifications'
import { type OpenAlert, occurrencesOf } from '../occurrences'
import { readFilter } from './alert-filter'
import { type Shown, shownOccurrence, shownOpen, shownResolved } from './alert-item'
import { pageOfAlerts } from './alert-page'
import { type ReadingDeps, withIncidents } from './describe'
import { countFacets } from './facets'
import { countGroups } from './label-groups'
import { readView } from './view'

/** Groups that come with a list, and notifications that come with an alert. */
const GROUPS_MAX = 200
const NOTIFICATIONS_MAX = 20

/** Reads alerts and their history. */
export const readingRoutes = (deps: ReadingDeps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { limit, cursor, group_by, ...given } }) => {
    const filter = readFilter(given)
    const before = readCursor(cursor, uuid)
    const view = await readView(deps, tenantId)
    const { items, next } = await pageOfAlerts({ db: deps.db, view, tenantId }, filter, { before, limit })
    const groups = group_by && (await countGroups(view, filter, group_by, GROUPS_MAX)).items
    return ok({
      items: await withIncidents(deps.db, tenantId, items),
      next_cursor: next && writeCursor(next),
      ...(groups && { groups }),
    })
  }),
  endpoint(routes.groups, async ({ principal: { tenantId }, query: { group_by, limit, ...given } }) => {
    const filter = readFilter(given)
    return ok(await countGroups(await readView(deps, tenantId), filter, group_by, limit))
  }),
  endpoint(routes.facets, async ({ principal: { tenantId }, query: { values, ...given } }) => {
    const filter = readFilter(given)
    return ok(await countFacets(await readView(deps, tenantId), filter, values))
  }),
  endpoint(routes.read, async ({ principal: { tenantId }, params: { fingerprint } }) => {
    const [item] = await withIncidents(deps.db, tenantId, [await findAlert(deps, tenantId, fingerprint)])
    if (!item) throw notFound('alert')
    return ok({ ...item, notifications: await notificationsOf(deps.db, tenantId, fingerprint, NOTIFICATIONS_MAX) })
  }),
  historyRoute(deps),
]

/** The open occurrence of an alert, or its latest. @throws Problem 404 */
async function findAlert(deps: ReadingDeps, tenantId: string, fingerprint: string): Promise<Shown> {
  const view = await readView(deps, tenantId)
  const open = view.alerts.get(fingerprint)
  if (open) return shownOpen(view, open)
  const [latest] = await occurrencesOf(deps.db, tenantId, fingerprint, { before: undefined, limit: 1 })
  if (!latest) throw notFound('alert')
  return shownResolved(view, latest)
}

const historyRoute = ({ db, openAlerts }: ReadingDeps): Endpoint =>
  endpoint(routes.history, async ({ principal: { tenantId }, params: { fingerprint }, query: { limit, cursor } }) => {
    const before = readCursor(cursor, uuid)
    const found = await occurrencesOf(db, tenantId, fingerprint, { before, limit: limit + 1 })
    if (!found.length && !before) throw notFound('alert')
    const alerts = await openAlerts.of(tenantId)
    const { items, next_cursor } = pageOf(found, limit, ({ id }) => id)
    return ok({ items: items.map(each => withCurrentEnd(shownOccurrence(each), alerts.byId(each.id))), next_cursor })
  })

/** Ends of open alerts are stored now and then only. */
const withCurrentEnd = (occurrence: Occurrence, open: OpenAlert | undefined): Occurrence =>
  open?.endsAt ? { ...occurrence, ends_at: new Date(open.endsAt).toISOString() } : occurrence
