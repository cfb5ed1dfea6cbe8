import { join } from 'node:path'
import { type Access, type Audit, createAccess } from './access'
import type { Principal } from './api'
import { requireDatabase } from './base/database-check'
import { createDb } from './base/db'
import { notFound } from './base/errors'
import { Installation } from './base/installation'
import type { Part } from './base/lifecycle'
import type { createLog } from './base/log'
import { createMetrics, type Registry } from './base/metrics'
import { migrate, migrationsCurrent } from './base/migrate'
import { createOutbound, type Outbound } from './base/outbound'
import { createRedis } from './base/redis'
import { requireRedis } from './base/redis-check'
import { ROOT } from './base/root'
import { checkWritable } from './base/write-check-store'
import type { Config, Secrets } from './config'
import { createFleet, type Fleet, type Queries, query } from './fleet'
import { bulkAction, createJobs, demo, type Handler, type Jobs, type JobsPlatform } from './jobs'
import { healthCheck } from './monitors'
import { cleanup, Retention, retentionRoutes } from './retention'
import { createStreams, type Streams } from './streams'
import { createServer, type WebServer } from './web'

/** Everything that handlers of jobs may ask for. */
export interface HandlerDeps {
  jobs: Jobs
  audit: Audit
  outbound: Outbound
  queries: Queries
  retention: Retention
}

export interface AppDeps {
  config: Config
  secrets: Secrets
  databaseUrl: string
  redisUrl: string
  log: ReturnType<typeof createLog>
  /** The handlers of `workers/`; none in a process that runs no jobs. */
  handlers: readonly Handler<HandlerDeps>[]
  /** By which retention goes; the machine's unless a test moves it. */
  clock?: (() => Date) | undefined
}

export type App = ReturnType<typeof createApp>

const VERSION = '0.1.0'
/** Every job kind; whoever enqueues knows them without loading their handlers. */
const KINDS = [bulkAction, cleanup, demo, healthCheck, query]

/** Builds every part once, in the order in which they are started; nothing runs yet. */
export function createApp(deps: AppDeps) {
  const { config, secrets, log, handlers, clock } = deps
  const metrics = createMetrics()
  const { db, checkDb, redis, parts: connections } = createConnections(deps)
  const streams = createStreams({
    db,
    redis,
    log,
    registry: metrics,
    settings: { ...config.streams, shutdownMs: config.shutdownMs },
    service: config.role === 'worker' ? 'worker' : 'web',
  })
  const access = createAccess({
    db,
    log,
    bus: streams.bus,
    events: streams,
    config,
    adminToken: secrets.adminToken,
    checkTopics: (principal, topics) => mustExist(streams, principal, topics),
  })
  access.onRevoked(id => streams.closeCredential(id, 'revoked'))
  access.onRoleChanged(id => streams.closeCredential(id, 'role_changed'))
  const { audit, tenantIds } = access
  const workLog = log.child({ service: 'worker' })
  const jobs = createJobs({ db, redis, streams, log: workLog, metrics, config, kinds: KINDS, tenantIds })
  streams.register(jobs.family)
  const fleet = createFleet({
    ...{ db, streams, log, metrics, jobs, audit },
    settings: {
      holdMs: config.fleet.holdMs,
      heartbeatMs: config.streams.heartbeatMs,
      publicUrl: config.publicUrl,
      ownCertificate: config.tls?.cert,
    },
  })
  for (const family of fleet.families) streams.register(family)
  jobs.stats.add(fleet.stats)
  const targets = [...jobs.retention, ...streams.retention(tenantIds), ...fleet.retention, ...access.retention]
  const retention = new Retention({ db, metrics, jobs, streams, audit, targets, terms: config.retention, clock })
  const { queries } = fleet
  const handlerDeps = { jobs, audit, queries, retention, outbound: createOutbound({ allow: config.outboundAllow }) }
  const workers = config.role === 'web' ? [] : [jobs.createWorkers(handlers, handlerDeps)]
  const checks = {
    async postgres() {
      mustBe(!streams.isRefused, 'it does not take what is to be written')
      await checkWritable(checkDb)
    },
    redis: () => jobs.engine.probe(),
    migrations: async () => mustBe(await migrationsCurrent(checkDb), 'the schema is not the one of this program'),
    bus: () => mustBe(streams.bus.connected, 'messages do not come back from Redis'),
    workers: () => mustBe(!workers.some(worker => !worker.isRunning), 'not all queues are worked on'),
  }
  const server = createWebServer(deps, { metrics, checks, streams, access, jobs, fleet, retention })
  // Stopped together: new connections are refused while streams end, and open streams would keep the server from closing.
  const serverPart: Part = {
    name: 'server',
    start: () => server.start(),
    async stop() {
      fleet.release()
      await Promise.all([server.stop(), streams.endConnections()])
    },
  }
  const ofFleet = [...fleet.parts.always, ...(config.role === 'worker' ? [] : fleet.parts.agents)]
  const parts: Part[] = [...connections, access, streams, ...jobs.parts, ...ofFleet, retention, ...workers, serverPart]
  return { parts, streams, access, jobs, server, db, metrics }
}

/** PostgreSQL and Redis, which everything else needs. */
function createConnections({ config, databaseUrl, redisUrl, log }: AppDeps) {
  const db = createDb(databaseUrl, config.databasePool)
  // Whether PostgreSQL is there must not depend on whether slow statements have taken the whole pool.
  const checkDb = createDb(databaseUrl, 1)
  const redis = createRedis({ url: redisUrl, prefix: config.redisPrefix, log })
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
    async stop() {
      await Promise.all([db.destroy(), checkDb.destroy()])
    },
  }
  return { db, checkDb, redis, parts: [queue, database, new Installation({ db, redis, log, databaseUrl, redisUrl })] }
}

interface WebServerDeps {
  metrics: Registry
  checks: Record<string, () => unknown>
  streams: Streams
  access: Access
  jobs: JobsPlatform
  fleet: Fleet
  retention: Retention
}

/** The HTTP server; a process that only works has its health routes and nothing else. */
function createWebServer({ config, secrets, log }: AppDeps, { metrics, checks, ...areas }: WebServerDeps): WebServer {
  const { streams, access, jobs, fleet, retention } = areas
  const served = streams.serve(access, req => server.clientIp(req))
  const site = {
    access,
    endpoints: [
      ...access.endpoints,
      ...jobs.endpoints(access.audit, served.topics),
      ...served.endpoints,
      ...fleet.endpoints(served.topics),
      ...retentionRoutes(retention),
    ],
    mounts: [jobs.board(access), fleet.mount],
    upgrades: { '/ws/stream': served.openSocket, '/ws/dashboard': served.openSocket },
    publicDir: join(ROOT, 'dist', 'public'),
    version: VERSION,
  }
  const { metricsToken } = secrets
  const server: WebServer = createServer({
    config,
    metricsToken,
    log,
    metrics,
    checks,
    ...(config.role !== 'worker' && { site }),
  })
  return server
}

async function mustExist(streams: Streams, { tenantId }: Principal, topics: string[]) {
  for (const name of topics) if (!(await streams.exists({ tenantId, name }))) throw notFound(`topic ${name}`)
}

function mustBe(fine: boolean, why: string) {
  if (!fine) throw new Error(why)
}
