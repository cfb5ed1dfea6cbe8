import { Queue } from 'bullmq'
import { type RedisFactory, serversOf } from '../../base/redis'
import type { QueueName } from '../../contract/jobs'
import { QUEUE_NAMES } from '../../contract/values'
import type { Engine } from '../engine/engine'

const SCAN_COUNT = 1_000

/**
 * The keys of old versions, which kept all queues in one slot (`{tailrace}:jobs:<queue>:...`). After an upgrade, open
 * jobs and schedules are written to the new keys from PostgreSQL; this pauses the old queues, and removes them once no
 * process of the old version is running a job.
 */
export class LegacyKeys {
  private readonly prefix: string
  private held = new Set<string>()

  constructor(
    private readonly engine: Engine,
    redis: Pick<RedisFactory, 'prefix'>,
  ) {
    this.prefix = `{${redis.prefix}}:jobs`
  }

  /** Whether a process of the old version is running this job, so that no other may. */
  isRun(id: string): boolean {
    return this.held.has(id)
  }

  /** Pauses or removes the old queues. Cheap when none is left: one command per queue. */
  async retire(): Promise<void> {
    const { client } = this.engine
    const found = await Promise.all(QUEUE_NAMES.map(name => client.exists(`${this.prefix}:${name}:meta`)))
    const held = new Set<string>()
    for (const [i, name] of QUEUE_NAMES.entries()) {
      if (!found[i]) continue
      const active = await this.stop(name)
      for (const id of active) held.add(id)
      if (!active.length) await this.remove(name)
    }
    this.held = held
  }

  /** @returns the jobs that are still running */
  private async stop(name: QueueName): Promise<string[]> {
    const { client } = this.engine
    const queue = new Queue(name, { connection: client, prefix: this.prefix, skipMetasUpdate: true })
    await queue.pause() // for all processes; running jobs continue
    await queue.close()
    const ids = await client.lrange(`${this.prefix}:${name}:active`, 0, -1)
    const locks = await Promise.all(ids.map(id => client.exists(`${this.prefix}:${name}:${id}:lock`)))
    return ids.filter((_, i) => locks[i] === 1)
  }

  private async remove(name: QueueName): Promise<void> {
    for (const server of serversOf(this.engine.client)) {
      let cursor = '0'
      do {
        const [next, keys] = await server.scan(cursor, 'MATCH', `${this.prefix}:${name}:*`, 'COUNT', SCAN_COUNT)
        if (keys.length) await server.unlink(...keys)
        cursor = next
      } while (cursor !== '0')
    }
  }
}
