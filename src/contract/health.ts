import { z } from 'zod'

const status = z.enum(['ok', 'degraded', 'down'])
/** Data of `health_changed`: what `/readyz` of a process reports has changed. `degraded`: some parts are down. */
export const healthChanged = z.object({
  status,
  previous: status,
  /** `ok`, or what is wrong, by part. */
  checks: z.record(z.string(), z.string()),
  /** The process. */
  service: z.string(),
  instance: z.string(),
})
export type HealthChanged = z.output<typeof healthChanged>
