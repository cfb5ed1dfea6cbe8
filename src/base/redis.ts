import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { messageOf, Problem } from './errors'
import type { Log } from './log'
import { type RedisAddress, readRedisUrl } from './redis-url'

export type RedisClient = Redis | Cluster
/** One server, alone or of a Cluster. */
export type RedisServer = Redis
/** Without `replyMapping`: BullMQ reads only the legacy shapes. */
type Options = Omit<RedisOptions, 'replyMapping'>

/** What a connection is for decides how it waits. */
export type Purpose =
  /** Blocking reads of workers and QueueEvents: retries for ever. */
  | 'blocking'
  /** Commands behind a request: fails at once while Redis is away, so that the caller can answer. */
  | 'command'
  /** Messages to other processes, many in one tick: they leave in one write. Fails at once, too. */
  | 'publisher'
  /** Subscriptions: resubscribes by itself. */
  | 'subscriber'

export interface RedisFactory {
  connect(purpose: Purpose): RedisClient
  /** Keys of this installation; `{...}` keeps them in one slot of a Cluster. */
  prefix: string
}

/**
 * @param url see `readRedisUrl`
 * @throws Error when it cannot be read
 */
export function createRedis({ url, prefix, log }: { url: string; prefix: string; log: Log }): RedisFactory {
  const address = readRedisUrl(url)
  return {
    prefix,
    connect(purpose) {
      // The name is what CLIENT LIST shows.
      const client = open(address, { ...optionsFor(purpose), connectionName: `${prefix}:${purpose}` })
      client.on('error', error => log.warn('Redis connection failed', { purpose, error: causeOf(error) }))
      endCopies(client)
      return client
    },
  }
}

/** BullMQ works on copies of a connection, and cannot close those that are being re-established: they end with it. */
function endCopies(client: RedisClient): void {
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

/** A busy server of a Cluster may take this long to tell which server has which slots. */
const SLOTS_MS = 5_000

function optionsFor(purpose: Purpose): Options {
  const common: Options = { connectTimeout: 10_000, retryStrategy: times => Math.min(50 * 2 ** times, 2_000) }
  const impatient = { ...common, enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 5_000 }
  if (purpose === 'command') return impatient
  if (purpose === 'publisher') return { ...impatient, enableAutoPipelining: true }
  return { ...common, maxRetriesPerRequest: null }
}

function open({ nodes, path, db, tls, ...who }: RedisAddress, options: Options): RedisClient {
  const common: Options = { ...options, ...who, ...(tls && { tls: {} }) }
  const [first, ...others] = nodes
  if (!first) return new Redis({ ...common, db, ...(path !== undefined && { path }) })
  if (!others.length) return new Redis({ ...common, db, ...first })
  return new Cluster(nodes, {
    redisOptions: common,
    enableOfflineQueue: options.enableOfflineQueue ?? true,
    slotsRefreshTimeout: SLOTS_MS,
  })
}

/** The address of a Redis behind a Unix socket, whatever its path holds. */
export const socketUrl = (path: string) => `unix://${path.split('/').map(encodeURIComponent).join('/')}`

/** Who is not let in now will not be let in a moment later, and a server does not become one of a Cluster. */
const LASTING = /^(WRONGPASS|NOAUTH|NOPERM|ERR (invalid password|AUTH|This instance has cluster support disabled))/

/** Resolves when the connection can take commands, or says why it cannot: at once, or within `timeoutMs`. */
export async function whenReady(client: RedisClient, timeoutMs: number): Promise<void> {
  if (client.status === 'ready') return
  await new Promise<void>((resolve, reject) => {
    let last = 'no answer'
    const timer = setTimeout(() => done(unreachable(last)), timeoutMs)
    const remember = (error: Error) => {
      last = causeOf(error)
      if (LASTING.test(last)) done(unreachable(last))
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

/** A Cluster says only that it failed; one of its servers has said why. */
const causeOf = (error: Error & { lastNodeError?: Error }) => messageOf(error.lastNodeError ?? error)

const unreachable = (why: string) => new Problem(503, 'redis_unreachable', `Redis cannot be reached: ${why}`)

/** The servers that take writes: the masters of a Cluster, or the only one. */
export const serversOf = (client: RedisClient): RedisServer[] => ('nodes' in client ? client.nodes('master') : [client])
