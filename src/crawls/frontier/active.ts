import type { RedisClient } from '../../base/redis'
import { keysOf } from './keys'

/** A crawl whose process died is carried on for this time: another one takes over its job meanwhile. */
const ALIVE_MS = 120_000

/** Which crawls are running, for processes that can take part. All methods throw while Redis is away. */
export class ActiveCrawls {
  private readonly key: string

  constructor(
    private readonly redis: RedisClient,
    prefix: string,
  ) {
    this.key = `${keysOf(prefix)}:active`
  }

  /** Called again and again by the process that runs the crawl. */
  async announce(id: string): Promise<void> {
    await this.redis.zadd(this.key, Date.now(), id)
  }

  async withdraw(id: string): Promise<void> {
    await this.redis.zrem(this.key, id)
  }

  async list(): Promise<string[]> {
    return this.redis.zrangebyscore(this.key, Date.now() - ALIVE_MS, '+inf')
  }
}
