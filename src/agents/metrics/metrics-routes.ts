import { type Endpoint, endpoint, ok } from '../../api'
import type { Db } from '../../base/db'
import { badRequest, notFound } from '../../base/errors'
import { HOUR_MS } from '../../base/partitions'
import { agentMetricsRoutes as routes } from '../../contract/agent-metrics'
import { CONTAINER_GAUGES, HOST_GAUGES } from '../../contract/values'
import { chartOf } from './chart'
import { sparklinesOf } from './sparklines'

interface Deps {
  db: Db
  /** Whether a tenant has them. */
  exists: {
    agent(tenantId: string, id: string): Promise<boolean>
    container(tenantId: string, id: string): Promise<boolean>
  }
  now(): number
}

interface Query {
  from?: string | undefined
  to?: string | undefined
  points: number
}

export const metricsRoutes = ({ db, exists, now }: Deps): Endpoint[] => [
  endpoint(routes.host, async ({ principal: { tenantId }, params: { id }, query }) => {
    const gauges = query.series ?? HOST_GAUGES
    if (!(await exists.agent(tenantId, id))) throw notFound('agent')
    return ok(await chartOf(db, { tenantId, subject: id, gauges, points: query.points, ...spanOf(query, now()) }))
  }),
  endpoint(routes.container, async ({ principal: { tenantId }, params: { id }, query }) => {
    const gauges = query.series ?? CONTAINER_GAUGES
    if (!(await exists.container(tenantId, id))) throw notFound('container')
    return ok(await chartOf(db, { tenantId, subject: id, gauges, points: query.points, ...spanOf(query, now()) }))
  }),
  endpoint(routes.sparklines, async ({ principal: { tenantId }, query: { ids } }) =>
    ok(await sparklinesOf(db, tenantId, ids, now())),
  ),
]

function spanOf({ from: first, to: last }: Query, now: number) {
  const to = last === undefined ? new Date(now) : new Date(last)
  const from = first === undefined ? new Date(to.getTime() - HOUR_MS) : new Date(first)
  if (from >= to) throw badRequest([{ path: 'from', message: 'must be before to' }])
  return { from, to }
}
