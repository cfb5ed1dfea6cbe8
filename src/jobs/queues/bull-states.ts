import { cached } from '../../base/cached'
import type { Db } from '../../base/db'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { QueueName } from '../../contract/jobs'
import { QUEUE_NAMES } from '../../contract/values'
import type { Engine } from '../engine/engine'
import { readWaiting } from './queue-store'

const CACHE_MS = 1_000

const STATES = ['waiting', 'prioritized', 'active', 'delayed', 'waiting-children', 'completed', 'failed'] as const
type BullState = (typeof STATES)[number]

interface Deps {
  db: Db
  engine: Engine
  log: Log
}

/** A queue as BullMQ knows it. */
export interface BullQueue {
  name: QueueName
  /** Jobs of all tenants by state; ended ones only while BullMQ keeps them, and cancelled ones among the failed. */
  counts: ReturnType<typeof countsOf>
  /** For how long the oldest has waited. */
  oldestWaitingSeconds: number
}

/**
 * Reads the states of the queues from Redis, for `/metrics`: at most a second old, and only of the queues that can be
 * read, because in a Cluster a single server may be down.
 */
export class BullStates {
  readonly recent: () => Promise<BullQueue[]>

  constructor(private readonly deps: Deps) {
    this.recent = cached(() => this.read(), CACHE_MS)
  }

  private async read(): Promise<BullQueue[]> {
    const { engine } = this.deps
    if (!engine.isUp) return []
    const found = await Promise.all(QUEUE_NAMES.map(name => this.stateInRedis(name)))
    const here = found.filter(each => each !== undefined)
    const since = await readWaiting(
      this.deps.db,
      here.flatMap(({ nextIds }) => nextIds),
    ).catch(error => this.notRead('all', error))
    if (!since) return []
    const now = Date.now()
    return here.map(({ name, counts, nextIds }) => {
      // Of the next job and, in case that one jumped the queue, of the next by priority.
      const waits = nextIds.map(id => now - (since.get(id)?.getTime() ?? now))
      return { name, counts, oldestWaitingSeconds: Math.max(0, ...waits) / 1000 }
    })
  }

  private async stateInRedis(name: QueueName) {
    const { engine } = this.deps
    const reading = Promise.all([engine.queue(name).getJobCounts(...STATES), engine.nextIds(name)])
    const found = await reading.catch(error => this.notRead(name, error))
    return found && { name, counts: countsOf(found[0]), nextIds: found[1] }
  }

  private notRead(queue: string, error: unknown): undefined {
    logRetryable(this.deps.log, 'Cannot read queue stats, will retry', { queue })(error)
  }
}

const countsOf = (counts: Partial<Record<BullState | (string & {}), number>>) => ({
  waiting: (counts.waiting ?? 0) + (counts.prioritized ?? 0),
  active: counts.active ?? 0,
  delayed: counts.delayed ?? 0,
  waiting_children: counts['waiting-children'] ?? 0,
  completed: counts.completed ?? 0,
  failed: counts.failed ?? 0,
})
