import { createHash } from 'node:crypto'
import type { RedisClient } from '../../base/redis'

/** A Lua script. All its keys share a hash tag, so that it runs on a Cluster. */
export class Script {
  private readonly sha: string

  constructor(private readonly lua: string) {
    this.sha = createHash('sha1').update(lua).digest('hex')
  }

  /** @throws Error while Redis is away */
  async run(redis: RedisClient, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.sha, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return redis.eval(this.lua, keys.length, ...keys, ...args)
    }
  }
}
