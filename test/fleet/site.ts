import type { Endpoint } from '../../src/access'
import { createMetrics } from '../../src/base/metrics'
import { type Carves, createCarves } from '../../src/fleet/carves'
import { createSchedules, type Schedules } from '../../src/fleet/schedules'
import { quietLog } from '../support/parts'
import { startSite } from '../web/site'
import { freshPlace } from './node'

/** Who may be asked for carves, by `<host id>/<request id>`. */
export type AskedFor = Set<string>

/** The real web server with the endpoints of schedules and carves. */
export async function startFleetSite() {
  const parts = await freshPlace()
  const [node, otherNode] = await Promise.all([parts.start(), parts.start()])
  const askedFor: AskedFor = new Set()
  let schedules: Schedules | undefined
  let carves: Carves | undefined
  const site = await startSite({
    databaseUrl: parts.place.databaseUrl,
    endpoints(access): Endpoint[] {
      const { audit } = access
      schedules = createSchedules({
        db: node.db,
        streams: node.streams,
        log: quietLog,
        metrics: createMetrics(),
        audit,
        settings: { holdMs: 10_000, heartbeatMs: 5_000 },
      })
      carves = createCarves({
        db: node.db,
        audit,
        askedFor: async (agent, requestId) => askedFor.has(`${agent.hostId}/${requestId}`),
      })
      return [...schedules.endpoints, ...carves.endpoints]
    },
  })
  if (!schedules || !carves) throw new Error('The site has no endpoints')
  await schedules.start()
  return {
    ...site,
    node,
    /** Another process. */
    otherNode,
    schedules,
    carves,
    askedFor,
    async stop() {
      await site.stop()
      await schedules?.stop()
      await parts.stop()
    },
  }
}

export type FleetSite = Awaited<ReturnType<typeof startFleetSite>>
