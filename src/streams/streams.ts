import type { IncomingMessage } from 'node:http'
import { type Access, AUDIT_ROLE } from '../access'
import type { Endpoint } from '../api'
import { isCheckingContracts } from '../base/contract-check'
import type { Db } from '../base/db'
import type { Part } from '../base/lifecycle'
import type { Log, LogRecord } from '../base/log'
import type { Registry } from '../base/metrics'
import { ensurePartitions } from '../base/partitions'
import type { RedisFactory } from '../base/redis'
import type { RetentionTarget } from '../base/retention'
import { tenantEvents } from '../contract/events'
import { Bus } from './bus'
import { CheckedHub, CheckedWriter } from './contract-check'
import { streamEndpoints, type TopicServer, topicServer } from './endpoints'
import type { NewEntry, Topic, Writer } from './entry'
import type { Family } from './families'
import { Hub } from './hub'
import { createStreamMetrics } from './metrics'
import { PageCache } from './page-cache'
import { streamRetention, TABLE } from './retention'
import { type Service, serviceFamily, serviceSink } from './service-logs'
import { Connections } from './transports/connections'
import { createSocketServer, type OpenSocket } from './transports/serve-sockets'
import { StreamWriter } from './writer'

export interface StreamsDeps {
  db: Db
  redis: RedisFactory
  log: Log & { sinks: Set<(record: LogRecord) => void> }
  registry: Registry
  settings: {
    windowMs: number
    heartbeatMs: number
    eventsHeartbeatMs: number
    lifeMs: number
    slowMs: number
    shutdownMs: number
  }
  /** The service that log lines without one belong to. */
  service: Service
}

export interface Streams extends Part, Writer {
  bus: Bus
  /** Whether PostgreSQL currently refuses writes. */
  readonly isRefused: boolean
  /** Registers the topics of an area. */
  register(family: Family): void
  exists(topic: Topic): Promise<boolean>
  /** Names of the topics of a family that have readers in this process. */
  readNames(prefix: string): string[]
  /** The data of streams and how long it is kept. */
  retention(tenantIds: () => Promise<string[]>): RetentionTarget[]
  /** Closes the streams of a session or token: for good, or so that clients reconnect with another role. */
  closeCredential(credentialId: string, why: 'revoked' | 'role_changed'): void
  /** Closes all streams; clients reconnect to another process. */
  endConnections(): Promise<void>
  /** The routes and the WebSocket endpoint of a web process. */
  serve(access: Access, clientIp: (req: IncomingMessage) => string): Served
}

export interface Served {
  endpoints: Endpoint[]
  openSocket: OpenSocket
  /** For the routes of areas. */
  topics: TopicServer
}

const PARTITIONS_MS = 3_600_000
const PAGE_CACHE_BYTES = 32 * 1024 * 1024

/** The streams of one process: writer, bus, hub and open connections. */
export function createStreams({ db, redis, log: rootLog, registry, settings, service }: StreamsDeps): Streams {
  const log = rootLog.child({ component: 'streams' })
  const metrics = createStreamMetrics(registry)
  const bus = new Bus(redis, log)
  const isChecking = isCheckingContracts
  const pageCache = new PageCache(PAGE_CACHE_BYTES)
  const hub = new (isChecking ? CheckedHub : Hub)({ db, log, metrics, windowMs: settings.windowMs, bus, pageCache })
  const connections = new Connections(Math.min(1_000, settings.heartbeatMs / 5))
  const writerDeps = {
    db,
    log,
    onLost: (count: number) => metrics.lost.inc(count),
    onCommitted: hub.committed.bind(hub),
  }
  const writer = isChecking ? new CheckedWriter(writerDeps, name => hub.family(name)) : new StreamWriter(writerDeps)
  hub.register({
    prefix: 'events',
    heartbeatMs: settings.eventsHeartbeatMs,
    kinds: tenantEvents,
    envelope: true,
    minRoles: { audit: AUDIT_ROLE },
    exists: async ({ name }) => name === 'events',
  })
  hub.register(serviceFamily(settings.heartbeatMs))
  const sink = serviceSink(writer, service)
  let partitions: NodeJS.Timeout | undefined
  return {
    name: 'streams',
    bus,
    get isRefused() {
      return writer.isRefused
    },
    register: family => hub.register(family),
    exists: async topic => (await hub.family(topic.name)?.exists(topic)) ?? false,
    write: writer.write.bind(writer),
    commit: writer.commit.bind(writer),
    flush: writer.flush.bind(writer),
    announce: (topic: Topic, entry: NewEntry) => hub.announce(topic, entry),
    readNames: prefix => hub.readNames(prefix),
    retention: tenantIds => streamRetention({ db, tenantIds, family: name => hub.family(name) }),
    closeCredential: (id, why) => connections.closeCredential(id, why),
    endConnections: () => connections.stop(),
    serve: (access, clientIp) => {
      const shared = { db, hub, connections, metrics, settings }
      const routes = { ...shared, slots: access.streamSlots }
      return {
        endpoints: streamEndpoints(routes),
        topics: topicServer(routes),
        openSocket: createSocketServer({ ...shared, access, clientIp }),
      }
    },
    async start() {
      await ensurePartitions(db, TABLE)
      partitions = setInterval(
        () =>
          void ensurePartitions(db, TABLE).catch(error =>
            log.error('Cannot create the partitions of the next days', { error }),
          ),
        PARTITIONS_MS,
      )
      partitions.unref()
      await bus.start()
      await writer.start()
      rootLog.sinks.add(sink)
      await hub.start()
      await connections.start()
    },
    async stop() {
      clearInterval(partitions)
      await connections.stop()
      rootLog.sinks.delete(sink)
      await writer.stop(settings.shutdownMs)
      await hub.stop()
      await bus.stop()
    },
  }
}
