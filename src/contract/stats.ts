import { z } from 'zod'
import { hostCounts } from './hosts'

/** Data of the tenant event `stats_updated`. */
export const statsUpdatedEvent = z.object({
  jobs: z.object({ scheduled: z.number(), pending: z.number(), running: z.number() }),
  hosts: hostCounts,
  queries: z.object({ running: z.number() }),
})
export type StatsUpdatedEvent = z.output<typeof statsUpdatedEvent>
