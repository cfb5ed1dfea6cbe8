import { createDb } from '../../src/base/db'
import type { Part } from '../../src/base/lifecycle'
import type { createLog } from '../../src/base/log'
import { createMetrics } from '../../src/base/metrics'
import { createRedis } from '../../src/base/redis'
import { createStreams } from '../../src/streams'

/** What the processes of a test share. */
export interface Place {
  databaseUrl: string
  redisUrl: string
  prefix: string
}

interface ProcessOptions {
  log: ReturnType<typeof createLog>
  service: 'web' | 'worker'
  shutdownMs: number
}

/** What every process has: its own connections, metrics and streams. `database` starts first. */
export function processParts(place: Place, { log, service, shutdownMs }: ProcessOptions) {
  const db = createDb(place.databaseUrl, 5)
  const redis = createRedis({ url: place.redisUrl, prefix: place.prefix, log })
  const metrics = createMetrics()
  const streams = createStreams({
    db,
    redis,
    log,
    registry: metrics,
    settings: {
      windowMs: 20,
      heartbeatMs: 5_000,
      eventsHeartbeatMs: 5_000,
      lifeMs: 60_000,
      slowMs: 10_000,
      shutdownMs,
    },
    service,
  })
  const database: Part = { name: 'database', start: async () => undefined, stop: () => db.destroy() }
  return { db, redis, metrics, streams, database }
}
