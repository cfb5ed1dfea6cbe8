import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { messageOf, Problem } from './errors'
import type { Log } from './log'

export type RedisClient = Redis | Cluster
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
 * @param url `redis://`, `rediss://` or `unix:///path/to/socket`, in which `%`, `?` and `#` are percent-encoded; several hosts separated by commas mean a Cluster
 */
export function createRedis({ url, prefix, log }: { url: string; prefix: string; log: Log }): RedisFactory {
  return {
    prefix,
    connect(purpose) {
      // The name is what CLIENT LIST shows.
      const client = open(url, { ...optionsFor(purpose), connectionName: `${prefix}:${purpose}` })
      client.on('error', error => log.warn('Redis connection failed', { purpose, error: messageOf(error) }))
      return client
    },
  }
}

function optionsFor(purpose: Purpose): Options {
  const common: Options = { connectTimeout: 10_000, retryStrategy: times => Math.min(50 * 2 ** times, 2_000) }
  const impatient = { ...common, enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 5_000 }
  if (purpose === 'command') return impatient
  if (purpose === 'publisher') return { ...impatient, enableAutoPipelining: true }
  return { ...common, maxRetriesPerRequest: null }
}

function open(url: string, options: Options): RedisClient {
  if (url.startsWith('unix://')) return new Redis({ ...options, ...socketOf(new URL(url)) })
  const urls = url.split(',')
  if (urls.length === 1) return new Redis(url, options)
  const nodes = urls.map(each => new URL(each))
  const { username, password, protocol } = nodes[0] as URL
  const tls = protocol === 'rediss:' ? { tls: {} } : {}
  return new Cluster(
    nodes.map(node => ({ host: node.hostname, port: Number(node.port || 6379) })),
    {
      redisOptions: { ...options, username, password, ...tls },
      enableOfflineQueue: options.enableOfflineQueue ?? true,
    },
  )
}

/** The address of a Redis behind a Unix socket, whatever its path holds. */
export const socketUrl = (path: string) => `unix://${path.split('/').map(encodeURIComponent).join('/')}`

/** Its database and its user may be named as in other addresses of Redis. */
function socketOf({ pathname, searchParams, username, password }: URL): Options {
  const db = Number(searchParams.get('db') ?? 0)
  const credentials = { username: decodeURIComponent(username), password: decodeURIComponent(password) }
  return { path: decodeURIComponent(pathname), db, ...(password && credentials) }
}

/** Resolves when the connection can take commands, or says within `timeoutMs` why it cannot. */
export async function whenReady(client: RedisClient, timeoutMs: number): Promise<void> {
  if (client.status === 'ready') return
  await new Promise<void>((resolve, reject) => {
    let last = 'no answer'
    const remember = (error: Error) => {
      last = messageOf(error)
    }
    const timer = setTimeout(
      () => done(new Problem(503, 'redis_unreachable', `Redis cannot be reached: ${last}`)),
      timeoutMs,
    )
    const done = (error?: Error) => {
      clearTimeout(timer)
      client.off('ready', done).off('error', remember)
      if (error) reject(error)
      else resolve()
    }
    client.once('ready', done).on('error', remember)
  })
}

/** The servers that take writes: the masters of a Cluster, or the only one. */
export const serversOf = (client: RedisClient): Redis[] => ('nodes' in client ? client.nodes('master') : [client])
