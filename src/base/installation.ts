import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { displayAddress } from './database-check'
import type { Db } from './db'
import { StartError } from './errors'
import { newTag } from './ids'
import { installationId, recordRunning, recordStopped, runningBefore } from './installation-store'
import type { Part } from './lifecycle'
import type { Log } from './log'
import { logRetryable } from './outage'
import { type RedisClient, type RedisFactory, whenReady } from './redis'

const HEARTBEAT_MS = 5_000
const RECHECK_MS = 500
/** How long Redis remembers a process that was cut off or killed. */
const PROCESS_TTL_MS = 3_600_000
/** One heartbeat may have been sent just before Redis was flushed. */
const HEARTBEATS_MIN = 2

interface Deps {
  db: Db
  redis: RedisFactory
  log: Log
  databaseUrl: string
  redisUrl: string
}

/**
 * Prevents two installations from sharing a Redis, and one installation from using two: jobs would run twice. Redis
 * stores the id of the database, which is set again after a flush. Each process sends heartbeats to Redis, then to
 * PostgreSQL: one whose heartbeats continue in PostgreSQL without being in our Redis uses another Redis.
 */
export class Installation implements Part {
  readonly name = 'installation'
  private readonly own = `${hostname()}:${process.pid}:${newTag()}`
  private client: RedisClient | undefined
  private id = ''
  private timer: NodeJS.Timeout | undefined
  private heartbeat: Promise<void> | undefined
  private isAdmitted = false
  /** Processes missing from Redis: when each was last seen, and how many heartbeats were seen since. */
  private unknown = new Map<string, { seenAt: number; heartbeats: number }>()

  constructor(private readonly deps: Deps) {}

  /** @throws StartError if Redis belongs to another database, or another process uses another Redis */
  async start() {
    const { db, redis } = this.deps
    this.client = redis.connect('command')
    await whenReady(this.client, HEARTBEAT_MS)
    this.id = await installationId(db)
    if (!(await this.isOurs(this.client))) throw new StartError(this.foreign())
    await this.recordRunning(this.client)
    this.timer = setInterval(() => {
      this.heartbeat ??= this.sendHeartbeat().finally(() => {
        this.heartbeat = undefined
      })
    }, HEARTBEAT_MS)
    this.timer.unref()
    for (;;) {
      const inOtherRedis = await this.inOtherRedis(this.client)
      if (inOtherRedis) throw new StartError(this.split(inOtherRedis))
      if (!this.unknown.size) break
      await delay(RECHECK_MS) // until they are in Redis again after a flush, or no longer count as running
    }
    this.isAdmitted = true
  }

  async stop() {
    clearInterval(this.timer)
    await this.heartbeat // it would record this process as running again
    await this.client?.del(this.key(this.own)).catch(() => undefined) // the key expires
    this.client?.disconnect()
    await recordStopped(this.deps.db, this.own).catch(() => undefined) // the row times out
  }

  private async sendHeartbeat() {
    const { client } = this
    if (!client) return
    try {
      if (!(await this.isOurs(client))) return this.deps.log.error(this.foreign())
      await this.recordRunning(client)
      const inOtherRedis = this.isAdmitted && (await this.inOtherRedis(client))
      if (inOtherRedis) this.deps.log.error(this.split(inOtherRedis))
    } catch (error) {
      logRetryable(this.deps.log, 'The heartbeat of this process failed and will be retried')(error)
    }
  }

  private async isOurs(client: RedisClient): Promise<boolean> {
    const key = `${this.deps.redis.prefix}:installation`
    await client.set(key, this.id, 'NX')
    return (await client.get(key)) === this.id
  }

  private async recordRunning(client: RedisClient) {
    await client.set(this.key(this.own), '', 'PX', PROCESS_TTL_MS)
    await recordRunning(this.deps.db, this.own)
  }

  /** A running process that is not in our Redis. */
  private async inOtherRedis(client: RedisClient): Promise<string | undefined> {
    const others = await runningBefore(this.deps.db, this.own)
    const known = await Promise.all(others.map(({ id }) => client.exists(this.key(id))))
    const unknown = others.filter((_, i) => !known[i])
    this.unknown = new Map(
      unknown.map(({ id, seenAt }) => {
        const before = this.unknown.get(id) ?? { seenAt, heartbeats: 0 }
        return [id, { seenAt, heartbeats: before.heartbeats + (seenAt > before.seenAt ? 1 : 0) }]
      }),
    )
    return [...this.unknown].find(([, { heartbeats }]) => heartbeats >= HEARTBEATS_MIN)?.[0]
  }

  private key(id: string): string {
    return `${this.deps.redis.prefix}:process:${id}`
  }

  private foreign(): string {
    const { redis, redisUrl, databaseUrl } = this.deps
    return `Redis at ${displayAddress(redisUrl)} belongs to a different installation than the database at ${displayAddress(databaseUrl)}: jobs would run twice.
Give each installation its own Redis or REDIS_PREFIX. If the other database no longer exists, run: redis-cli DEL ${redis.prefix}:installation`
  }

  private split(id: string): string {
    const { redis, redisUrl } = this.deps
    return `The process ${id} uses the same database but not the Redis at ${displayAddress(redisUrl)} with REDIS_PREFIX ${redis.prefix}: jobs would run twice.
Give all processes the same REDIS_URL and REDIS_PREFIX. To move to another Redis, stop all processes first.`
  }
}
