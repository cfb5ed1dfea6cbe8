import { join } from 'node:path'
import { type Access, type Audit, createAccess } from './access'
import { agentKinds, createAgents, type FollowDeps } from './agents'
import { type Alerts, alertKinds, type Condition, createAlerts, type Notifications } from './alerts'
import type { Endpoint, Principal } from './api'
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
import type { RetentionTarget } from './base/retention'
import { ROOT } from './base/root'
import { Sealer } from './base/sealed'
import { checkWritable } from './base/write-check-store'
import type { Config, Secrets } from './config'
import { crawlKinds, createCrawls, type RunCrawlDeps } from './crawls'
import { createFleet, fleetKinds, type Queries } from './fleet'
import {
  type AnyKind,
  builtinKinds,
  createJobs,
  type Handler,
  type Jobs,
  type JobsPlatform,
  type StatsSource,
} from './jobs'
import { type CheckNowDeps, createMonitors, monitorKinds } from './monitors'
import { Retention, retentionBehind, retentionKinds, retentionRoutes } from './retention'
import { createStreams, type Family, type Streams, type TopicServer } from './streams'
import { createServer, type Mount, type Upgrade, type WebServer } from './web'

/** Dependencies available to job handlers. */
export interface HandlerDeps {
  jobs: Jobs
  audit: Audit
  outbound: Outbound
  queries: Queries
  retention: Retention
  notifications: Notifications
  monitors: CheckNowDeps
  crawls: RunCrawlDeps
  agents: FollowDeps
}

export interface AppDeps {
  config: Config
  secrets: Secrets
  databaseUrl: string
  redisUrl: string
  log: ReturnType<typeof createLog>
  /** The handlers of `workers/`; empty in a process that runs no jobs. */
  handlers: readonly Handler<HandlerDeps>[]
  /** Clock for retention; default the system clock. */
  clock?: (() => Date) | undefined
}

export type App = ReturnType<typeof createApp>

const VERSION = '0.1.0'
/** All job kinds. Enqueuing needs them without loading their handlers. */
const KINDS = [agentKinds, builtinKinds, alertKinds, crawlKinds, fleetKinds, monitorKinds, retentionKinds].flatMap(
  kinds => Object.values<AnyKind>(kinds),
)

/** What an area contributes. */
interface Area {
  families?: readonly Family[]
  stats?: StatsSource
  retention?: readonly RetentionTarget[]
  /** What raises alerts. */
  conditions?: readonly Condition[]
  /** Parts of every process, and parts only of processes with the HTTP server or with workers. */
  parts?: { always?: readonly Part[]; web?: readonly Part[]; worker?: readonly Part[] }
  mounts?: readonly Mount[]
  endpoints?(topics: TopicServer): Endpoint[]
  /** WebSockets, by path. */
  upgrades?: Readonly<Record<string, Upgrade>>
  /** Answers held requests before the process stops. */
  release?(): void
}

/** Builds all parts, in start order, without starting them. */
export function createApp(deps: AppDeps) {
  const { config, secrets, log, handlers, clock } = deps
  const metrics = createMetrics()
  const service = config.role === 'worker' ? 'worker' : 'web'
  const { db, checkDb, redis, parts: connections } = createConnections(deps)
  const streams = createStreams({
    db,
    redis,
    log,
    registry: metrics,
    settings: { ...config.streams, shutdownMs: config.shutdownMs },
    service,
  })
  const access = createAccess({
    db,
    log,
    bus: streams.bus,
    events: streams,
    config,
    adminToken: secrets.adminToken,
    checkTopics: (principal, topics) => requireTopics(streams, principal, topics),
  })
  access.onRevoked(id => streams.closeCredential(id, 'revoked'))
  access.onRoleChanged(id => streams.closeCredential(id, 'role_changed'))
  const { audit, tenantIds } = access
  const workLog = log.child({ service: 'worker' })
  const jobs = createJobs({ db, redis, streams, log: workLog, metrics, config, kinds: KINDS, tenantIds })
  streams.register(jobs.family)
  const outbound = createOutbound({ allow: config.outboundAllow, searchPath: config.searchPath })
  const sealer = new Sealer(secrets.sealingKeys, config.dataDir)
  const alerts = createAlerts({
    ...{ db, streams, log, metrics, jobs, audit, outbound, sealer, tenantIds },
    ...{ publicUrl: config.publicUrl, version: VERSION },
  })
  jobs.stats.add(alerts.stats)
  const fleet = createFleet({
    ...{ db, streams, log, metrics, jobs, audit },
    settings: {
      holdMs: config.fleet.holdMs,
      heartbeatMs: config.streams.heartbeatMs,
      publicUrl: config.publicUrl,
      ownCertificate: config.tls?.cert,
    },
  })
  const monitors = createMonitors({
    ...{ db, access, streams, log, metrics, jobs, audit, outbound, sealer },
    ...{ raises: alerts.raises, maintenance: alerts.maintenance },
    settings: { publicUrl: config.publicUrl, connectivityProbe: config.connectivityProbe },
  })
  const crawls = createCrawls({
    ...{ db, streams, redis, log, metrics, jobs, audit, outbound, sealer },
    ...{ raises: alerts.raises, publicUrl: config.publicUrl },
  })
  const agents = createAgents({
    ...{ db, streams, log, metrics, jobs, audit, sealer },
    settings: { ...config.agents, streamHeartbeatMs: config.streams.heartbeatMs },
  })
  const areas: Area[] = [fleet, monitors, crawls, agents]
  for (const { families = [], stats } of areas) {
    for (const family of families) streams.register(family)
    if (stats) jobs.stats.add(stats)
  }
  const ofAreas = areas.flatMap(area => area.retention ?? [])
  const targets = [
    ...jobs.retention,
    ...streams.retention(tenantIds),
    ...alerts.retention,
    ...ofAreas,
    ...access.retention,
  ]
  const retention = new Retention({ db, metrics, jobs, streams, audit, targets, terms: config.retention, clock })
  const { queries } = fleet
  const { notifications } = alerts
  const handlerDeps = {
    ...{ jobs, audit, queries, retention, notifications, outbound },
    ...{ monitors: monitors.checkNow, crawls: crawls.running, agents: agents.following },
  }
  const workers = config.role === 'web' ? [] : [jobs.createWorkers(handlers, handlerDeps)]
  const checks = {
    async postgres() {
      requireThat(!streams.isRefused, 'it does not accept writes')
      await checkWritable(checkDb)
    },
    redis: () => jobs.engine.probe(),
    migrations: async () => requireThat(await migrationsCurrent(checkDb), 'the schema does not match this version'),
    bus: () => requireThat(streams.bus.connected, 'published messages do not come back from Redis'),
    workers: () => requireThat(!workers.some(worker => !worker.isRunning), 'some queues have no running worker'),
  }
  const server = createWebServer(deps, { metrics, checks, streams, access, jobs, alerts, areas, retention })
  const serverPart: Part = {
    name: 'server',
    start: () => server.start(),
    async stop() {
      for (const area of areas) area.release?.()
      // First, because Node takes the connections of streams for idle ones and would cut them off.
      await streams.endConnections()
      await server.stop()
    },
  }
  const areaParts = areas.flatMap(({ parts: { always = [], web = [], worker = [] } = {} }) => [
    ...always,
    ...(config.role === 'worker' ? [] : web),
    ...(config.role === 'web' ? [] : worker),
  ])
  const conditions = [...areas.flatMap(area => area.conditions ?? []), retentionBehind(() => retention.lags())]
  const watchers = alerts.watch(conditions, { service, instance: jobs.process, readiness: server.readiness })
  const parts: Part[] = [
    ...connections,
    access,
    streams,
    ...alerts.parts.always,
    ...jobs.parts,
    ...(config.role === 'web' ? [] : alerts.parts.worker),
    ...areaParts,
    ...watchers,
    retention,
    ...workers,
    serverPart,
  ]
  return { parts, streams, access, jobs, server, db, metrics }
}

/** PostgreSQL and Redis, which everything else needs. */
function createConnections({ config, databaseUrl, redisUrl, log }: AppDeps) {
  const db = createDb(databaseUrl, config.databasePool)
  // separate, so that health checks do not fail because slow statements occupy the pool
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
  alerts: Alerts
  areas: readonly Area[]
  retention: Retention
}

/** The HTTP server. In a worker process it only has the health and metrics routes. */
function createWebServer({ config, secrets, log }: AppDeps, { metrics, checks, ...parts }: WebServerDeps): WebServer {
  const { streams, access, jobs, alerts, areas, retention } = parts
  const served = streams.serve(access, req => server.clientIp(req))
  const site = {
    access,
    endpoints: [
      ...access.endpoints,
      ...jobs.endpoints(access.audit, served.topics),
      ...served.endpoints,
      ...alerts.endpoints,
      ...areas.flatMap(area => area.endpoints?.(served.topics) ?? []),
      ...retentionRoutes(retention),
    ],
    mounts: [jobs.board(access), ...alerts.mounts(access), ...areas.flatMap(({ mounts = [] }) => mounts)],
    upgrades: {
      '/ws/stream': served.openSocket,
      '/ws/dashboard': served.openSocket,
      ...Object.assign({}, ...areas.map(({ upgrades }) => upgrades)),
    },
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

async function requireTopics(streams: Streams, { tenantId }: Principal, topics: string[]) {
  for (const name of topics) if (!(await streams.exists({ tenantId, name }))) throw notFound(`topic ${name}`)
}

function requireThat(condition: boolean, message: string) {
  if (!condition) throw new Error(message)
}
