import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import type { Log } from '../../base/log'
import { logRetryable, Unavailable } from '../../base/outage'
import type { QueueName } from '../../contract/jobs'
import { QUEUE_NAMES } from '../../contract/values'
import type { Engine } from '../engine/engine'
import type { Reason } from '../lifecycle/reason'
import { readPauses, writePause } from './pause-store'

interface Deps {
  db: Db
  engine: Engine
  log: Log
}

/** Pauses and resumes queues in all processes. PostgreSQL records who did it and why; Redis follows when it is up. */
export class QueueControl {
  constructor(private readonly deps: Deps) {}

  /** Stops starting jobs of a queue. @throws Problem 404 */
  pause(queue: string, reason: Reason): Promise<void> {
    return this.set(queue, true, reason)
  }

  /** @throws Problem 404 */
  resume(queue: string, reason: Reason): Promise<void> {
    return this.set(queue, false, reason)
  }

  private async set(name: string, paused: boolean, { reason, by }: Reason) {
    const { db, log } = this.deps
    const queue = QUEUE_NAMES.find(each => each === name)
    if (!queue) throw notFound('queue')
    await writePause(db, queue, { paused, reason, by, at: new Date() })
    await this.apply(queue, paused).catch(
      logRetryable(log, 'A pause or resume has not reached Redis yet', { queue }, 'warn'),
    )
  }

  private async apply(name: QueueName, paused: boolean) {
    const { engine } = this.deps
    if (!engine.isUp) throw new Unavailable('Redis is down')
    const queue = engine.queue(name)
    if ((await queue.isPaused()) === paused) return
    await (paused ? queue.pause() : queue.resume())
  }

  /** Sets all pauses again, because FLUSHALL makes Redis forget them. @throws Error while Redis is down */
  async restore(): Promise<void> {
    for (const [name, { paused }] of await readPauses(this.deps.db)) {
      const queue = QUEUE_NAMES.find(each => each === name)
      if (queue) await this.apply(queue, paused)
    }
  }
}
