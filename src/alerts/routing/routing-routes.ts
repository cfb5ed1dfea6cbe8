import { type Endpoint, endpoint, ok } from '../../api'
import { badRequest } from '../../base/errors'
import { alertRouteRoutes as routes } from '../../contract/alert-routes'
import type { Mutes } from '../../contract/alerts'
import type { Labels } from '../../contract/matchers'
import { withoutEmpty } from '../matching'
import { defaultRouting } from './default-routing'
import { type ImportDeps, importRouting } from './import/import-routing'
import type { Routing } from './routing'
import { replaceRouting } from './routing-changes'
import { faultsOfRouting } from './routing-faults'
import { findRouting, type RoutingRow } from './routing-store'
import { compileForTest, wayThrough } from './way-through'

export interface RoutingRoutesDeps extends ImportDeps {
  routing: Pick<Routing, 'of'>
  /** What would mute an alert now. */
  mutesOf(tenantId: string, labels: Labels): Promise<Mutes>
}

export const routingRoutes = (deps: RoutingRoutesDeps): Endpoint[] => [
  endpoint(routes.read, async ({ principal: { tenantId } }) => ok(shown(await findRouting(deps.db, tenantId)))),
  endpoint(routes.replace, async ({ principal: by, body: { version, reason, ...config } }) =>
    ok(shown(await replaceRouting(deps, by, { config, version, reason }))),
  ),
  endpoint(routes.import, async ({ principal: by, body }) => ok(await importRouting(deps, by, body))),
  testRoute(deps),
]

const testRoute = ({ db, routing, receiverNames, mutesOf }: RoutingRoutesDeps): Endpoint =>
  endpoint(routes.test, async ({ principal: { tenantId }, body: { labels: given, routing: config } }) => {
    const labels = withoutEmpty(given)
    if (config) {
      const faults = faultsOfRouting(config, await receiverNames(tenantId, db), 'body.routing')
      if (faults.length) throw badRequest(faults)
    }
    const compiled = config ? compileForTest(config) : await routing.of(tenantId)
    return ok({ ...wayThrough(compiled, labels, new Date()), mutes: await mutesOf(tenantId, labels) })
  })

const shown = (row: RoutingRow | undefined) =>
  row
    ? { ...row.config, version: row.version, updated_at: row.updated_at, updated_by: row.updated_by }
    : { ...defaultRouting, version: 0, updated_at: null, updated_by: null }
