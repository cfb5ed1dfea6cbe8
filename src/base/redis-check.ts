import { displayAddress, START_TIMEOUT_MS } from './database-check'
import { messageOf, StartError } from './errors'
import type { Log } from './log'
import { type RedisClient, type RedisFactory, type RedisServer, serversOf, whenReady } from './redis'

const VERSION_MIN = [6, 2] as const
/** One command of each kind that queues and streams use, to detect ACLs that forbid it. */
const TRIAL = `
  redis.call('HSET', KEYS[1], 'a', '1') redis.call('DEL', KEYS[1])
  redis.call('RPUSH', KEYS[1], 'a') redis.call('RPOPLPUSH', KEYS[1], KEYS[1]) redis.call('DEL', KEYS[1])
  redis.call('ZADD', KEYS[1], 1, 'a') redis.call('ZPOPMIN', KEYS[1]) redis.call('DEL', KEYS[1])
  redis.call('XADD', KEYS[1], '*', 'a', '1') redis.call('DEL', KEYS[1])
  redis.call('SADD', KEYS[1], 'a') redis.call('DEL', KEYS[1])
  redis.call('INCR', KEYS[1]) redis.call('PEXPIRE', KEYS[1], 1000) redis.call('DEL', KEYS[1])`

interface Options {
  url: string
  log: Log
  timeoutMs?: number
}

/**
 * Checks at startup that Redis is reachable and usable.
 * @throws StartError that says what is wrong and which setting to check
 */
export async function requireRedis(
  redis: RedisFactory,
  { url, log, timeoutMs = START_TIMEOUT_MS }: Options,
): Promise<void> {
  const client = redis.connect('command')
  try {
    await whenReady(client, timeoutMs)
    for (const server of serversOf(client)) await checkServer(server, 'nodes' in client, log)
    if (redis.db && !('nodes' in client)) await client.select(redis.db) // ioredis goes on without it
    await tryCommands(client, redis.prefix)
  } catch (error) {
    throw new StartError(`Redis at ${displayAddress(url)} cannot be used: ${reasonOf(error)}.
Start it or correct REDIS_URL. Without REDIS_URL, Tailrace starts its own Redis.`)
  } finally {
    client.disconnect()
  }
}

async function checkServer(server: RedisServer, asCluster: boolean, log: Log): Promise<void> {
  const facts = await server.info()
  const fact = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(facts)?.[1]
  if (fact('redis_mode') === 'sentinel')
    throw new Error('it is a Sentinel, which stores no data: write redis+sentinel://host:26379/name-of-the-master')
  if (!asCluster && fact('cluster_enabled') === '1')
    throw new Error('it belongs to a Cluster: list several of its servers, separated by commas')
  if (fact('role') === 'slave') throw new Error('it is a replica, which is read-only: use the address of its master')
  const version = (fact('redis_version') ?? '').split('.').map(Number)
  if (isOlder(version))
    throw new Error(`it is version ${version.join('.')}; Tailrace needs ${VERSION_MIN.join('.')} or newer`)
  const policy = fact('maxmemory_policy')
  if (policy && policy !== 'noeviction')
    log.warn('Redis may evict waiting jobs when its memory is full: set maxmemory-policy to noeviction', {
      maxmemory_policy: policy,
    })
}

const isOlder = ([major = 0, minor = 0]: number[]) =>
  major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1])

/** @throws Redis errors if a command we need is not allowed, or writes fail */
async function tryCommands(client: RedisClient, prefix: string): Promise<void> {
  await client.eval(TRIAL, 1, `${prefix}:trial`)
  await client.publish(`${prefix}:start`, '')
  await client.client('LIST', 'ID', '0')
}

function reasonOf(error: unknown): string {
  const message = messageOf(error).replace(/\.$/, '')
  if (/NOPERM|can't run this command|No permissions/.test(message))
    return `${message}. The Redis user needs the rules +@all -@dangerous +info +client +keys and all keys and channels (~* &*)`
  return message
}
