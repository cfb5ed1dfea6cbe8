import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { messageOf, Problem } from './errors'
import type { Log } from './log'
import { SentinelWatch, sentinelOptions, sentinelProblem, tlsOptions } from './redis-sentinels'
import { type RedisAddress, readRedisUrl } from './redis-url'

export type RedisClient = Redis | Cluster
/** A single server, standalone or in a Cluster. */
export type RedisServer = Redis
/** Without `replyMapping`: BullMQ only supports the legacy reply shapes. */
type Options = Omit<RedisOptions, 'replyMapping'>

/** The purpose of a connection decides how it waits and retries. */
export type Purpose =
  /** Blocking reads of workers and QueueEvents: retries forever. */
  | 'blocking'
  /** Commands of BullMQ's workers: as `blocking`, but those of one tick are pipelined, except the one that blocks. */
  | 'worker'
  /** Commands for a request: fails at once while Redis is unavailable, so that the request can be answered. */
  | 'command'
  /** Messages to other processes: those of one tick are pipelined. Fails at once as well. */
  | 'publisher'
  /** Subscriptions: resubscribes automatically. */
  | 'subscriber'

export interface RedisFactory {
  connect(purpose: Purpose): RedisClient
  /** Key prefix of this installation; `{...}` keeps its keys in one Cluster slot. */
  prefix: string
  /** Database number. */
  db: number
}

/**
 * @param url see `readRedisUrl`
 * @throws Error if the URL is not valid
 */
export function createRedis({ url, prefix, log }: { url: string; prefix: string; log: Log }): RedisFactory {
  const address = readRedisUrl(url)
  const watch = address.sentinel && new SentinelWatch(address, log)
  return {
    prefix,
    db: address.db,
    connect(purpose) {
      // shown by CLIENT LIST
      const client = open(address, { ...optionsFor(purpose), connectionName: `${prefix}:${purpose}` })
      client.on('error', error => log.warn('Redis connection failed', { purpose, error: causeOf(error) }))
      disconnectDuplicates(client, watch)
      return client
    },
  }
}

/** BullMQ duplicates connections and cannot close those that are reconnecting, so duplicates are closed with the original. */
function disconnectDuplicates(client: RedisClient, watch: SentinelWatch | undefined): void {
  watch?.follow(client)
  const copies: RedisClient[] = []
  const duplicate: (...args: never[]) => RedisClient = client.duplicate.bind(client)
  const disconnect = client.disconnect.bind(client)
  Object.assign(client, {
    duplicate(...args: never[]) {
      const copy = duplicate(...args)
      copies.push(copy)
      watch?.follow(copy)
      return copy
    },
    disconnect(reconnect = false) {
      if (reconnect) return disconnect(true) // ioredis does this, for example after an error while it authenticates
      watch?.leave(client)
      // A closed one would start a timer that keeps the process alive for two more seconds.
      for (const copy of copies.splice(0)) {
        watch?.leave(copy)
        if (copy.status !== 'end') copy.disconnect()
      }
      disconnect()
    },
  })
}

/** A busy Cluster node may take this long to return the slot map. */
const SLOTS_TIMEOUT_MS = 5_000

function optionsFor(purpose: Purpose): Options {
  const common: Options = { connectTimeout: 10_000, retryStrategy: times => Math.min(50 * 2 ** times, 2_000) }
  const failFast = { ...common, enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 5_000 }
  if (purpose === 'command') return failFast
  if (purpose === 'publisher') return { ...failFast, enableAutoPipelining: true }
  const patient = { ...common, maxRetriesPerRequest: null }
  if (purpose === 'worker')
    return { ...patient, enableAutoPipelining: true, autoPipeliningIgnoredCommands: ['bzpopmin'] }
  return patient
}

function open({ nodes, path, db, tls, sentinel, ...who }: RedisAddress, options: Options): RedisClient {
  const common: Options = { ...options, ...who, ...(tls && { tls: tlsOptions(tls) }) }
  const [first, ...others] = nodes
  if (sentinel) return new Redis({ ...common, ...sentinelOptions({ nodes, sentinel, tls }), db, reconnectOnError })
  if (!first) return new Redis({ ...common, db, reconnectOnError, ...(path !== undefined && { path }) })
  if (!others.length) return new Redis({ ...common, db, reconnectOnError, ...first })
  return new Cluster(nodes, {
    redisOptions: common,
    enableOfflineQueue: options.enableOfflineQueue ?? true,
    slotsRefreshTimeout: SLOTS_TIMEOUT_MS,
    // A certificate is for the names of servers, so these must not be replaced by addresses.
    ...(tls && { dnsLookup: (host, done) => done(null, host) }),
  })
}

/** A server that has become a replica keeps its connections; the address may already lead to the new master. */
const reconnectOnError = (error: Error) => /^(ERR Error running script .*-)?READONLY /.test(error.message)

/** The URL of a Redis on a Unix socket, with its path escaped. */
export const socketUrl = (path: string) => `unix://${path.split('/').map(encodeURIComponent).join('/')}`

/** Errors that retrying does not fix: failed authentication, or a server without Cluster support. */
const PERMANENT = /^(WRONGPASS|NOAUTH|NOPERM|ERR (invalid password|AUTH|This instance has cluster support disabled))/

/** Resolves once the connection is ready. Rejects with the reason after `timeoutMs`, or at once for permanent errors. */
export async function whenReady(client: RedisClient, timeoutMs: number): Promise<void> {
  if (client.status === 'ready') return
  await new Promise<void>((resolve, reject) => {
    let last = 'no answer'
    const timer = setTimeout(() => done(unreachable(last)), timeoutMs)
    let ofSentinel: string | undefined
    const explain = (error: Error) => {
      ofSentinel = sentinelProblem(error)
    }
    const remember = (error: Error) => {
      last = ofSentinel ?? causeOf(error)
      if (PERMANENT.test(last)) done(unreachable(last))
    }
    const done = (error?: Error) => {
      clearTimeout(timer)
      client.off('ready', done).off('error', remember).off('sentinelError', explain)
      if (error) reject(error)
      else resolve()
    }
    client.once('ready', done).on('error', remember).on('sentinelError', explain)
  })
}

/** A Cluster error only says that it failed; the last node's error says why. */
const causeOf = (error: Error & { lastNodeError?: Error }) => messageOf(error.lastNodeError ?? error)

const unreachable = (why: string) => new Problem(503, 'redis_unreachable', `Redis cannot be reached: ${why}`)

/** The writable servers: the masters of a Cluster, or the single server. */
export const serversOf = (client: RedisClient): RedisServer[] => ('nodes' in client ? client.nodes('master') : [client])
