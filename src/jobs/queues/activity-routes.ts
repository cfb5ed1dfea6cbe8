import { type Endpoint, endpoint, ok, requireInstallation } from '../../api'
import { cached } from '../../base/cached'
import type { Db } from '../../base/db'
import { queueRoutes as routes } from '../../contract/queues'
import type { Engine } from '../engine/engine'
import { historyOf } from '../metrics/series'
import { readMinutes } from '../metrics/timing-store'
import { countRunning } from './queue-store'
import { listWorkers } from './worker-list'

const MINUTE_MS = 60_000
/** CLIENT LIST is expensive in Redis. */
const WORKERS_CACHE_MS = 5_000

/** Throughput and timings of the queues, and the processes that work on them. */
export const activityRoutes = (db: Db, engine: Engine): Endpoint[] => [historyRoute(db), workersRoute(db, engine)]

const historyRoute = (db: Db): Endpoint =>
  endpoint(routes.history, async ({ principal, query: { minutes, queue } }) => {
    const first = (Math.floor(Date.now() / MINUTE_MS) - minutes + 1) * MINUTE_MS
    const queues = historyOf(await readMinutes(db, principal.tenantId, minutes, queue), first, minutes)
    return ok({ from: new Date(first), minutes, queues })
  })

function workersRoute(db: Db, engine: Engine): Endpoint {
  const workers = cached(() => listWorkers(engine), WORKERS_CACHE_MS)
  return endpoint(routes.workers, async ({ principal }) => {
    requireInstallation(principal, 'The list of workers')
    const [known, running] = await Promise.all([workers(), countRunning(db, principal.tenantId)])
    return ok({ items: known?.map(worker => ({ ...worker, running: running.get(worker.name) ?? 0 })) ?? null })
  })
}
