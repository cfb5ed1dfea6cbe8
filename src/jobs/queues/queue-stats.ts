import type { Db } from '../../base/db'
import { fresh } from '../../base/fresh'
import type { Log } from '../../base/log'
import { againLater } from '../../base/outage'
import type { QueueName } from '../../contract/jobs'
import type { QueueStats, QueueStatsEvent } from '../../contract/queues'
import { QUEUE_NAMES } from '../../contract/values'
import type { Writer } from '../../streams'
import type { Engine } from '../engine/engine'
import { quantilesOf } from '../metrics/buckets'
import type { Timings } from '../metrics/timings'
import { readPauses } from './pause-store'
import { readWaiting } from './queue-store'

export const FRESH_MS = 1_000

const STATES = ['waiting', 'prioritized', 'active', 'delayed', 'waiting-children', 'completed', 'failed'] as const
type BullState = (typeof STATES)[number]

/** How many jobs BullMQ has in each state. Ended jobs count as long as BullMQ keeps them. */
export type Counts = NonNullable<QueueStats['counts']>

interface Deps {
  db: Db
  engine: Engine
  timings: Timings
  log: Log
}

/** Reads the stats of the queues. */
export class QueueStatsReader {
  private readonly recentStates: () => ReturnType<QueueStatsReader['states']>

  constructor(private readonly deps: Deps) {
    this.recentStates = fresh(() => this.states(), FRESH_MS)
  }

  /** Counts are cached for a second; a pause shows at once. */
  recent(): Promise<QueueStats[]> {
    return this.compose(this.recentStates())
  }

  /** Stats without the cache. */
  current(): Promise<QueueStats[]> {
    return this.compose(this.states())
  }

  private async compose(reading: ReturnType<QueueStatsReader['states']>): Promise<QueueStats[]> {
    const [states, pauses, durations] = await Promise.all([
      reading,
      readPauses(this.deps.db),
      this.deps.timings.durations(),
    ])
    return QUEUE_NAMES.map(name => {
      const pause = pauses.get(name)
      const paused = pause?.paused ?? false
      return {
        name,
        counts: states.get(name)?.counts ?? null,
        oldest_waiting_seconds: states.get(name)?.oldest ?? null,
        ...quantilesOf(durations.get(name)),
        paused,
        paused_by: pause && paused ? { reason: pause.reason, by: pause.by, at: pause.at.toISOString() } : null,
      }
    })
  }

  /** States of the queues that can be read: in a Cluster, a single server may be down. */
  private async states(): Promise<Map<QueueName, State>> {
    const { engine } = this.deps
    if (!engine.isUp) return new Map()
    const found = await Promise.all(QUEUE_NAMES.map(name => this.stateInRedis(name)))
    const here = found.filter(each => each !== undefined)
    const since = await readWaiting(
      this.deps.db,
      here.flatMap(({ nextIds }) => nextIds),
    ).catch(error => this.notRead('all', error))
    if (!since) return new Map()
    const now = Date.now()
    return new Map(
      here.map(({ name, counts, nextIds }) => {
        // Of the next job and, in case that one jumped the queue, of the next by priority.
        const waits = nextIds.map(id => now - (since.get(id)?.getTime() ?? now))
        return [name, { counts, oldest: Math.max(0, ...waits) / 1000 }]
      }),
    )
  }

  private async stateInRedis(name: QueueName) {
    const { engine } = this.deps
    const reading = Promise.all([engine.queue(name).getJobCounts(...STATES), engine.nextIds(name)])
    const found = await reading.catch(error => this.notRead(name, error))
    return found && { name, counts: countsOf(found[0]), nextIds: found[1] }
  }

  private notRead(queue: string, error: unknown): undefined {
    againLater(this.deps.log, 'Cannot read queue stats, will retry', { queue })(error)
  }
}

interface State {
  counts: Counts
  /** How long the oldest job has waited, in seconds. */
  oldest: number
}

const countsOf = (counts: Partial<Record<BullState | (string & {}), number>>): Counts => ({
  waiting: (counts.waiting ?? 0) + (counts.prioritized ?? 0),
  active: counts.active ?? 0,
  delayed: counts.delayed ?? 0,
  waiting_children: counts['waiting-children'] ?? 0,
  completed: counts.completed ?? 0,
  failed: counts.failed ?? 0,
})

/** Publishes `queue_stats` as a tenant event. */
export function announceQueues(streams: Writer, tenantId: string, queues: QueueStats[]) {
  const data: QueueStatsEvent = { queues }
  streams.announce({ tenantId, name: 'events' }, { kind: 'queue_stats', source: 'jobs', data: { labels: {}, data } })
}
