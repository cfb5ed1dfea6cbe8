import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { placeOf } from './database-check'
import type { Db } from './db'
import { StartError } from './errors'
import { newMark } from './ids'
import { installationId, livingBefore, sayRunning, sayStopped } from './installation-store'
import type { Part } from './lifecycle'
import type { Log } from './log'
import { againLater } from './outage'
import { type RedisClient, type RedisFactory, whenReady } from './redis'

const BEAT_MS = 5_000
const LOOK_MS = 500
/** So long a process stays known in Redis, should it be cut off; what was killed is forgotten then. */
const KEPT_MS = 3_600_000
/** Once it may have written just before somebody emptied Redis. */
const MOVES_MIN = 2

interface Deps {
  db: Db
  redis: RedisFactory
  log: Log
  databaseUrl: string
  redisUrl: string
}

/**
 * Keeps two installations off one Redis, and one installation off two: jobs would run twice. Redis has the id of the
 * database, and takes it again when it was emptied. Each process says in Redis, then in PostgreSQL, that it runs: one
 * that goes on saying so in PostgreSQL and is not in our Redis has another.
 */
export class Installation implements Part {
  readonly name = 'installation'
  private readonly own = `${hostname()}:${process.pid}:${newMark()}`
  private client: RedisClient | undefined
  private id = ''
  private timer: NodeJS.Timeout | undefined
  private beating: Promise<void> | undefined
  private isAdmitted = false
  /** Processes that Redis does not know: when each was last seen, and how often it has been seen since. */
  private unknown = new Map<string, { seenAt: number; moves: number }>()

  constructor(private readonly deps: Deps) {}

  /** @throws StartError when Redis or another process does not belong to this database and this Redis */
  async start() {
    const { db, redis } = this.deps
    this.client = redis.connect('command')
    await whenReady(this.client, BEAT_MS)
    this.id = await installationId(db)
    if (!(await this.isOurs(this.client))) throw new StartError(this.foreign())
    await this.sayRunning(this.client)
    this.timer = setInterval(() => {
      this.beating ??= this.beat().finally(() => {
        this.beating = undefined
      })
    }, BEAT_MS)
    this.timer.unref()
    for (;;) {
      const elsewhere = await this.elsewhere(this.client)
      if (elsewhere) throw new StartError(this.split(elsewhere))
      if (!this.unknown.size) break
      await delay(LOOK_MS) // until they are in Redis again (it was emptied), or have not been seen for long
    }
    this.isAdmitted = true
  }

  async stop() {
    clearInterval(this.timer)
    await this.beating // it would say once more that this process runs
    await this.client?.del(this.key(this.own)).catch(() => undefined) // it expires
    this.client?.disconnect()
    await sayStopped(this.deps.db, this.own).catch(() => undefined) // it is not seen any more
  }

  private async beat() {
    const { client } = this
    if (!client) return
    try {
      if (!(await this.isOurs(client))) return this.deps.log.error(this.foreign())
      await this.sayRunning(client)
      const elsewhere = this.isAdmitted && (await this.elsewhere(client))
      if (elsewhere) this.deps.log.error(this.split(elsewhere))
    } catch (error) {
      againLater(this.deps.log, 'This process says later that it runs')(error)
    }
  }

  private async isOurs(client: RedisClient): Promise<boolean> {
    const key = `${this.deps.redis.prefix}:installation`
    await client.set(key, this.id, 'NX')
    return (await client.get(key)) === this.id
  }

  private async sayRunning(client: RedisClient) {
    await client.set(this.key(this.own), '', 'PX', KEPT_MS)
    await sayRunning(this.deps.db, this.own)
  }

  /** A process that runs and is not in our Redis. */
  private async elsewhere(client: RedisClient): Promise<string | undefined> {
    const others = await livingBefore(this.deps.db, this.own)
    const known = await Promise.all(others.map(({ id }) => client.exists(this.key(id))))
    const unknown = others.filter((_, i) => !known[i])
    this.unknown = new Map(
      unknown.map(({ id, seenAt }) => {
        const before = this.unknown.get(id) ?? { seenAt, moves: 0 }
        return [id, { seenAt, moves: before.moves + (seenAt > before.seenAt ? 1 : 0) }]
      }),
    )
    return [...this.unknown].find(([, { moves }]) => moves >= MOVES_MIN)?.[0]
  }

  private key(id: string): string {
    return `${this.deps.redis.prefix}:process:${id}`
  }

  private foreign(): string {
    const { redis, redisUrl, databaseUrl } = this.deps
    return `Redis at ${placeOf(redisUrl)} belongs to another installation than the database at ${placeOf(databaseUrl)}: jobs would run twice.
Give each installation a Redis or a REDIS_PREFIX of its own. If the other database is gone for good: redis-cli DEL ${redis.prefix}:installation`
  }

  private split(id: string): string {
    const { redis, redisUrl } = this.deps
    return `The process ${id} has the same database and another Redis than ${placeOf(redisUrl)} with REDIS_PREFIX ${redis.prefix}: jobs would run twice.
Give all processes the same REDIS_URL and REDIS_PREFIX. To move to another Redis, stop all of them first.`
  }
}
