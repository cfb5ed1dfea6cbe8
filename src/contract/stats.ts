import { z } from 'zod'
import { hostCounts } from './hosts'
import { monitorStatus } from './monitors'

/** Incidents that are not resolved. */
const openIncidents = z.object({
  open: z.number(),
  muted: z.number(),
  acknowledged: z.number(),
  /** The same by severity. */
  severities: z.object({ critical: z.number(), warning: z.number(), info: z.number(), none: z.number() }),
})

/** Data of the tenant event `stats_updated`. */
export const statsUpdatedEvent = z.object({
  jobs: z.object({ scheduled: z.number(), pending: z.number(), running: z.number() }),
  hosts: hostCounts,
  queries: z.object({ running: z.number() }),
  incidents: openIncidents,
  /** By status. */
  monitors: z.record(monitorStatus, z.number()).optional(),
})
export type StatsUpdatedEvent = z.output<typeof statsUpdatedEvent>
