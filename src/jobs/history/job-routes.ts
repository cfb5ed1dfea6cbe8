import { type Endpoint, endpoint, may, ok } from '../../api'
import { isFoundIn } from '../../base/redact'
import { jobRoutes as routes } from '../../contract/jobs'
import type { History } from './history'
import { linksOf, shownTo, withoutWorker } from './resource'

/** The routes that read jobs. */
export const jobRoutes = (history: History): Endpoint[] => [
  endpoint(routes.list, async ({ principal, query: { limit, cursor, sort, ...filter } }) => {
    const { items, next_cursor } = await history.list(principal.tenantId, filter, { limit, cursor, sort })
    const shown = items.map(job => shownTo(principal, job))
    const seesAll = may(principal, 'operator')
    return ok({ items: shown.filter(job => seesAll || isFoundIn(job, filter.q)), next_cursor })
  }),
  endpoint(routes.read, async ({ principal, params: { id } }) => {
    const job = await history.find({ tenantId: principal.tenantId, id })
    return ok({ ...shownTo(principal, job), links: linksOf(id) })
  }),
  endpoint(routes.tree, async ({ principal: { tenantId }, params: { id }, query: { limit } }) =>
    ok(await history.tree({ tenantId, id }, limit)),
  ),
  endpoint(routes.attempts, async ({ principal, params: { id } }) => {
    const items = await history.attempts({ tenantId: principal.tenantId, id })
    return ok({ items: items.map(each => withoutWorker(principal, each)), next_cursor: null })
  }),
]
