import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { messageOf, Problem } from './errors'
import type { Log } from './log'
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
}

/**
 * @param url see `readRedisUrl`
 * @throws Error if the URL is not valid
 */
export function createRedis({ url, prefix, log }: { url: string; prefix: string; log: Log }): RedisFactory {
  const address = readRedisUrl(url)
  return {
    prefix,
    connect(purpose) {
      // shown by CLIENT LIST
      const client = open(address, { ...optionsFor(purpose), connectionName: `${prefix}:${purpose}` })
      client.on('error', error => log.warn('Redis connection failed', { purpose, error: causeOf(error) }))
      disconnectDuplicates(client)
      return client
    },
  }
}

/** BullMQ duplicates connections and cannot close those that are reconnecting, so duplicates are closed with the original. */
function disconnectDuplicates(client: RedisClient): void {
  const copies: RedisClient[] = []
  const duplicate: (...args: never[]) => RedisClient = client.duplicate.bind(client)
  const disconnect = client.disconnect.bind(client)
  Object.assign(client, {
    duplicate(...args: never[]) {
      const copy = duplicate(...args)
      copies.push(copy)
      return copy
    },
    disconnect(...args: Parameters<typeof disconnect>) {
      for (const copy of copies.splice(0)) copy.disconnect()
      disconnect(...args)
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

function open({ nodes, path, db, tls, ...who }: RedisAddress, options: Options): RedisClient {
  const common: Options = { ...options, ...who, ...(tls && { tls: {} }) }
  const [first, ...others] = nodes
  if (!first) return new Redis({ ...common, db, ...(path !== undefined && { path }) })
  if (!others.length) return new Redis({ ...common, db, ...first })
  return new Cluster(nodes, {
    redisOptions: common,
    enableOfflineQueue: options.enableOfflineQueue ?? true,
    slotsRefreshTimeout: SLOTS_TIMEOUT_MS,
  })
}

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
    const remember = (error: Error) => {
      last = causeOf(error)
      if (PERMANENT.test(last)) done(unreachable(last))
    }
    const done = (error?: Error) => {
      clearTimeout(timer)
      client.off('ready', done).off('error', remember)
      if (error) reject(error)
      else resolve()
    }
    client.once('ready', done).on('error', remember)
  })
}

/** A Cluster error only says that it failed; the last node's error says why. */
const causeOf = (error: Error & { lastNodeError?: Error }) => messageOf(error.lastNodeError ?? error)

const unreachable = (why: string) => new Problem(503, 'redis_unreachable', `Redis cannot be reached: ${why}`)

/** The writable servers: the masters of a Cluster, or the single server. */
export const serversOf = (client: RedisClient): RedisServer[] => ('nodes' in client ? client.nodes('master') : [client])
