import type { Endpoint } from '../../src/api'
import { createMetrics } from '../../src/base/metrics'
import { type Carves, createCarves } from '../../src/fleet/carves'
import { createSchedules, type Schedules } from '../../src/fleet/schedules'
import { quietLog } from '../support/parts'
import { startSite } from '../web/site'
import { createPlace } from './node'

/** The real web server with the endpoints of schedules and carves. */
export async function startFleetSite() {
  const parts = await createPlace()
  const [node, otherNode] = await Promise.all([parts.start(), parts.start()])
  /** Carve queries by host id, and by `<host id>/<guid>` those whose answer names the carve. */
  const carveQueries = { recent: new Map<string, string[]>(), byGuid: new Map<string, string>() }
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
        queries: {
          byGuid: async (_trx, { hostId }, guid) => carveQueries.byGuid.get(`${hostId}/${guid}`),
          recent: async (_trx, { hostId }) => carveQueries.recent.get(hostId) ?? [],
        },
      })
      return [...schedules.endpoints, ...carves.endpoints]
    },
  })
  if (!schedules || !carves) throw new Error('The site has no endpoints')
  await schedules.start()
  return {
    ...site,
    node,
    /** A second process. */
    otherNode,
    schedules,
    carves,
    carveQueries,
    async stop() {
      await site.stop()
      await schedules?.stop()
      await parts.stop()
    },
  }
}

export type FleetSite = Awaited<ReturnType<typeof startFleetSite>>
