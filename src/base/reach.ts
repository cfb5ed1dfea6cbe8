import { type Db, rows } from './db'
import { messageOf, StartError } from './errors'
import type { Log } from './log'
import { type RedisFactory, whenReady } from './redis'

/** Servers that are started together with this program need a moment. */
const PATIENCE_MS = 10_000
const PAUSE_MS = 250
const POSTGRES_OLDEST = 14
const REDIS_OLDEST = [6, 2] as const
/** Refused, unknown host (DNS of containers may lag), still starting up. All else will not mend itself. */
const PASSING = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT', '57P03'])

/**
 * Makes sure before the start that the database answers and is one we can work with.
 * @throws StartError that says what is wrong and which setting to look at
 */
export async function requireDatabase(db: Db, url: string, patienceMs = PATIENCE_MS): Promise<void> {
  const [server] = await firstAnswer(db, patienceMs).catch(error => {
    throw new StartError(`PostgreSQL at ${placeOf(url)} cannot be used: ${messageOf(error)}.
Start it or correct DATABASE_URL. Without DATABASE_URL Tailrace starts a PostgreSQL of its own.`)
  })
  const version = Math.floor((server?.version ?? 0) / 10_000)
  if (version < POSTGRES_OLDEST)
    throw new StartError(
      `PostgreSQL at ${placeOf(url)} is version ${version}; Tailrace needs ${POSTGRES_OLDEST} or newer.`,
    )
  if (server?.encoding !== 'UTF8')
    throw new StartError(`The database at ${placeOf(url)} has the encoding ${server?.encoding}; Tailrace needs UTF8.
Make one with: create database tailrace encoding 'UTF8' template template0`)
}

async function firstAnswer(db: Db, patienceMs: number) {
  const deadline = Date.now() + patienceMs
  for (;;) {
    try {
      return await rows<{ version: number; encoding: string }>(
        db,
        `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding`,
      )
    } catch (error) {
      if (!PASSING.has(String((error as { code?: string }).code)) || Date.now() > deadline) throw error
      await new Promise(resolve => setTimeout(resolve, PAUSE_MS))
    }
  }
}

/**
 * Makes sure before the start that Redis answers and is one we can work with.
 * @throws StartError that says what is wrong and which setting to look at
 */
export async function requireRedis(
  redis: RedisFactory,
  { url, log, patienceMs = PATIENCE_MS }: { url: string; log: Log; patienceMs?: number },
): Promise<void> {
  const client = redis.connect('command')
  try {
    await whenReady(client, patienceMs)
    const facts = await client.info()
    const version = /^redis_version:(\d+)\.(\d+)/m.exec(facts)?.slice(1).map(Number) ?? []
    if (isOlder(version))
      throw new Error(`it is version ${version.join('.')}, and ${REDIS_OLDEST.join('.')} is the oldest that will do`)
    const policy = /^maxmemory_policy:(\S+)/m.exec(facts)?.[1]
    if (policy && policy !== 'noeviction')
      log.warn('Redis may throw away waiting jobs when its memory is full: set maxmemory-policy to noeviction', {
        maxmemory_policy: policy,
      })
  } catch (error) {
    throw new StartError(`Redis at ${placeOf(url)} cannot be used: ${messageOf(error)}.
Start it or correct REDIS_URL. Without REDIS_URL Tailrace starts a Redis of its own.`)
  } finally {
    client.disconnect()
  }
}

const isOlder = ([major = 0, minor = 0]: number[]) =>
  major < REDIS_OLDEST[0] || (major === REDIS_OLDEST[0] && minor < REDIS_OLDEST[1])

/** An address without user, password and options. */
const placeOf = (url: string) => url.replace(/[a-z]+:\/\/([^@/,]*@)?/gi, '').replace(/\?.*/, '')
