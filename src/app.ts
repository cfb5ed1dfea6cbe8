import { join } from 'node:path'
import { createAccess } from './access'
import { createDb, type Db } from './base/db'
import type { Part } from './base/lifecycle'
import type { createLog } from './base/log'
import { createMetrics } from './base/metrics'
import { migrate, migrationsCurrent } from './base/migrate'
import { requireDatabase, requireRedis } from './base/reach'
import { createRedis } from './base/redis'
import { ROOT } from './base/root'
import type { Config, Secrets } from './config'
import { createStreams } from './streams'
import { createServer } from './web'

export interface AppDeps {
  config: Config
  secrets: Secrets
  databaseUrl: string
  redisUrl: string
  log: ReturnType<typeof createLog>
}

export type App = ReturnType<typeof createApp>

const VERSION = '0.1.0'

/** Builds every part once, in the order in which they are started; nothing runs yet. */
export function createApp({ config, secrets, databaseUrl, redisUrl, log }: AppDeps) {
  const isWeb = config.role !== 'worker'
  const db = createDb(databaseUrl, config.databasePool)
  const redis = createRedis({ url: redisUrl, prefix: config.redisPrefix, log })
  const metrics = createMetrics()
  const streams = createStreams({
    db,
    redis,
    log,
    registry: metrics,
    settings: { ...config.streams, shutdownMs: config.shutdownMs },
    service: isWeb ? 'web' : 'worker',
  })
  const access = createAccess({
    db,
    log,
    bus: streams.bus,
    config,
    adminToken: secrets.adminToken,
    checkTopics: async () => undefined,
  })
  access.onRevoked(id => streams.closeCredential(id))
  streams.register({
    prefix: 'job',
    heartbeatMs: 5000,
    exists: async () => true,
    stateEvent: 'status',
    supersededKinds: ['status', 'progress'],
  })
  const served = streams.serve(
    access,
    async () => undefined,
    req => server.clientIp(req),
  )
  const server: ReturnType<typeof createServer> = createServer({
    config,
    metricsToken: secrets.metricsToken,
    log,
    metrics,
    checks: {
      postgres: () => db.raw('SELECT 1'),
      migrations: () => mustBeCurrent(db),
      bus: () => mustBe(streams.bus.connected),
    },
    site: {
      access,
      endpoints: [...access.endpoints, ...served.endpoints],
      upgrades: { '/ws/stream': served.openSocket, '/ws/dashboard': served.openSocket },
      publicDir: join(ROOT, 'dist', 'public'),
      version: VERSION,
    },
  })
  const queue: Part = {
    name: 'redis',
    start: () => requireRedis(redis, { url: redisUrl, log }),
    stop: async () => undefined,
  }
  const database: Part = {
    name: 'database',
    async start() {
      await requireDatabase(db, databaseUrl)
      await migrate(db)
    },
    stop: () => db.destroy(),
  }
  const parts: Part[] = [queue, database, access, streams, server]
  return { parts, streams, access, server, db, metrics }
}

function mustBe(works: boolean) {
  if (!works) throw new Error('not connected')
}

async function mustBeCurrent(db: Db) {
  mustBe(await migrationsCurrent(db))
}
