import type { QueueName } from '../../contract/jobs'
import type { Engine } from '../engine/engine'

/** Looks in a row that find the same job next, though nothing hinders an idle worker from taking it. */
const LOOKS_MAX = 3

/**
 * Detects a BullMQ worker that waits forever. After a server of a Cluster has hung for a while, its blocking
 * connection can be left without any command, and it takes no more jobs.
 */
export class IdleWatch {
  private readonly busy = new Map<QueueName, number>()
  private readonly seen = new Map<QueueName, { next: string; looks: number }>()

  constructor(private readonly engine: Engine) {}

  /** Counts what a worker of this process does. */
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
    const looks = before?.next === next ? before.looks + 1 : 1
    this.seen.set(queue, { next, looks: looks % LOOKS_MAX })
    return looks >= LOOKS_MAX
  }
}
