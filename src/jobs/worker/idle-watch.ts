import type { QueueName } from '../../contract/jobs'
import type { Engine } from '../engine/engine'

/** A worker is stuck when this many checks in a row find it idle with the same job next in an open queue. */
const CHECKS_MAX = 3

/**
 * Detects a BullMQ worker that waits forever. After a server of a Cluster has hung for a while, its blocking
 * connection can be left without any command, and it takes no more jobs.
 */
export class IdleWatch {
  private readonly busy = new Map<QueueName, number>()
  private readonly seen = new Map<QueueName, { next: string; checks: number }>()

  constructor(private readonly engine: Engine) {}

  /** Runs `work` and counts the worker as busy meanwhile. */
  async during<T>(queue: QueueName, work: () => Promise<T>): Promise<T> {
    this.busy.set(queue, (this.busy.get(queue) ?? 0) + 1)
    this.seen.delete(queue)
    try {
      return await work()
    } finally {
      this.busy.set(queue, (this.busy.get(queue) ?? 1) - 1)
    }
  }

  /** Call every few seconds. @throws Error while Redis is down */
  async isStuck(queue: QueueName): Promise<boolean> {
    const [next] = this.busy.get(queue) ? [] : await this.engine.next(queue)
    if (next === undefined || (await this.engine.queue(queue).isPaused())) {
      this.seen.delete(queue)
      return false
    }
    const before = this.seen.get(queue)
    const checks = before?.next === next ? before.checks + 1 : 1
    this.seen.set(queue, { next, checks: checks % CHECKS_MAX })
    return checks >= CHECKS_MAX
  }
}
