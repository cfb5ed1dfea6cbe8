import { type Endpoint, endpoint, ok, requireInstallation, runsInstallation } from '../../access'
import type { Db } from '../../base/db'
import { fresh } from '../../base/fresh'
import { z } from '../../base/parse'
import type { Engine } from '../engine/engine'
import { QUEUE_NAMES } from '../kinds/queues'
import { historyOf } from '../metrics/series'
import { readMinutes } from '../metrics/timing-store'
import { countRunning } from './queue-store'
import { listWorkers } from './worker-list'

const MINUTES_MAX = 24 * 60
const MINUTE_MS = 60_000
/** CLIENT LIST is expensive in Redis. */
const WORKERS_FRESH_MS = 5_000

const counts = z.array(z.number())
const spans = z.array(z.number().nullable())
const historySchema = z.object({ completed: counts, failed: counts, wait_p95_ms: spans, run_p95_ms: spans })
const workerSchema = z.object({
  name: z.string(),
  queues: z.array(z.enum(QUEUE_NAMES)),
  connected_seconds: z.number(),
  running: z.number(),
})

/** How the queues have done, and who works on them. */
export const activityRoutes = (db: Db, engine: Engine): Endpoint[] => [historyRoute(db), workersRoute(db, engine)]

function historyRoute(db: Db): Endpoint {
  return endpoint({
    method: 'get',
    path: '/api/queues/history',
    role: 'viewer',
    summary:
      'Completed and failed jobs per minute and queue; for a single queue also how long jobs waited and ran. Of all jobs for those who run the installation, else of the jobs of the tenant.',
    query: z.strictObject({
      minutes: z.coerce.number().int().min(1).max(MINUTES_MAX).default(60),
      queue: z.enum(QUEUE_NAMES).optional(),
    }),
    replies: {
      200: z.object({ from: z.iso.datetime(), minutes: z.number(), queues: z.record(z.string(), historySchema) }),
    },
    async handle({ principal, query: { minutes, queue } }) {
      const tenantId = runsInstallation(principal) ? undefined : principal.tenantId
      const first = (Math.floor(Date.now() / MINUTE_MS) - minutes + 1) * MINUTE_MS
      const queues = historyOf(await readMinutes(db, minutes, { queue, tenantId }), first, minutes)
      return ok({ from: new Date(first).toISOString(), minutes, queues })
    },
  })
}

function workersRoute(db: Db, engine: Engine): Endpoint {
  const workers = fresh(() => listWorkers(engine), WORKERS_FRESH_MS)
  return endpoint({
    method: 'get',
    path: '/api/workers',
    role: 'viewer',
    summary:
      'Processes that take jobs, and how many jobs of the tenant each runs; null while Redis is away. For those who run the installation.',
    replies: { 200: z.object({ items: z.array(workerSchema).nullable() }) },
    async handle({ principal }) {
      requireInstallation(principal, 'The list of workers')
      const { tenantId } = principal
      const [known, running] = await Promise.all([workers(), countRunning(db, tenantId)])
      return ok({ items: known?.map(worker => ({ ...worker, running: running.get(worker.name) ?? 0 })) ?? null })
    },
  })
}
