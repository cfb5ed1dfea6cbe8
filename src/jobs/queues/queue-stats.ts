import type { Part } from '../../base/lifecycle'
import { againLater } from '../../base/outage'
import type { Core } from '../core'
import { QUEUE_NAMES, type QueueName } from '../kinds/queues'
import { percentile } from '../metrics/buckets'
import type { Durations } from '../metrics/job-metrics'
import { addTally, readControls, readDurations, readWaiting } from './queue-store'

export const FRESH_MS = 1_000
const DURATIONS_FRESH_MS = 10_000
const STORE_MS = 5_000

const STATES = ['waiting', 'prioritized', 'active', 'delayed', 'waiting-children', 'completed', 'failed'] as const
type BullState = (typeof STATES)[number]

/** How many jobs BullMQ has in each state; ended ones only as far as it keeps them. */
export interface Counts {
  waiting: number
  active: number
  delayed: number
  waiting_children: number
  completed: number
  failed: number
}

export interface QueueFigures {
  name: QueueName
  /** Null while Redis, or the server of a Cluster that holds the queue, is away. */
  counts: Counts | null
  oldest_waiting_seconds: number | null
  wait_ms: { p50: number | null; p95: number | null }
  run_ms: { p50: number | null; p95: number | null }
  paused: boolean
  paused_by: { reason: string; by: unknown; at: string } | null
}

/** The state of the queues: counts are read at most once a second however many ask; a pause shows at once. */
export class Figures implements Part {
  readonly name = 'queue figures'
  private timer: NodeJS.Timeout | undefined
  private readonly recentStates: () => ReturnType<Figures['states']>
  private readonly durations: () => ReturnType<typeof readDurations>

  constructor(private readonly core: Core) {
    this.recentStates = fresh(() => this.states(), FRESH_MS)
    this.durations = fresh(() => readDurations(core.db), DURATIONS_FRESH_MS)
  }

  async start() {
    this.timer = setInterval(() => void this.store(), STORE_MS)
    this.timer.unref()
  }

  async stop() {
    clearInterval(this.timer)
    await this.store()
  }

  /** Adds what was counted to what is stored. */
  async store() {
    const { db, metrics, process, log } = this.core
    for (const tally of metrics.takeTallies())
      await addTally(db, process, tally).catch(
        againLater(log, 'Figures of a queue were not stored', { queue: tally.queue }),
      )
  }

  queues(): Promise<QueueFigures[]> {
    return this.compose(this.recentStates())
  }

  /** As of now. */
  read(): Promise<QueueFigures[]> {
    return this.compose(this.states())
  }

  private async compose(reading: ReturnType<Figures['states']>): Promise<QueueFigures[]> {
    const [states, controls, durations] = await Promise.all([reading, readControls(this.core.db), this.durations()])
    return QUEUE_NAMES.map(name => {
      const control = controls.get(name)
      const paused = control?.paused ?? false
      return {
        name,
        counts: states.get(name)?.counts ?? null,
        oldest_waiting_seconds: states.get(name)?.oldest ?? null,
        ...quantilesOf(durations.get(name)),
        paused,
        paused_by: control && paused ? { reason: control.reason, by: control.by, at: control.at.toISOString() } : null,
      }
    })
  }

  /** Of the queues that can be read: in a Cluster a single server may be away. */
  private async states(): Promise<Map<QueueName, State>> {
    const { engine } = this.core
    if (!engine.isUp) return new Map()
    const found = await Promise.all(QUEUE_NAMES.map(name => this.stateInRedis(name)))
    const here = found.filter(each => each !== undefined)
    const since = await readWaiting(
      this.core.db,
      here.flatMap(({ nextIds }) => nextIds),
    ).catch(error => this.notRead('all', error))
    if (!since) return new Map()
    const now = Date.now()
    return new Map(
      here.map(({ name, counts, nextIds }) => {
        // of the job that is next and, in case that one was put in front, of the highest priority
        const waits = nextIds.map(id => now - (since.get(id)?.getTime() ?? now))
        return [name, { counts, oldest: Math.max(0, ...waits) / 1000 }]
      }),
    )
  }

  private async stateInRedis(name: QueueName) {
    const { engine } = this.core
    const reading = Promise.all([engine.queue(name).getJobCounts(...STATES), engine.nextIds(name)])
    const found = await reading.catch(error => this.notRead(name, error))
    return found && { name, counts: countsOf(found[0]), nextIds: found[1] }
  }

  private notRead(queue: string, error: unknown): undefined {
    againLater(this.core.log, 'Queues were not read', { queue })(error)
  }
}

interface State {
  counts: Counts
  /** For how long the oldest has waited, in seconds. */
  oldest: number
}

/** Medians and 95th percentiles, in ms. */
export const quantilesOf = ({ wait = [], run = [] }: Partial<Durations> = {}) => ({
  wait_ms: { p50: percentile(wait, 0.5), p95: percentile(wait, 0.95) },
  run_ms: { p50: percentile(run, 0.5), p95: percentile(run, 0.95) },
})

const countsOf = (counts: Partial<Record<BullState | (string & {}), number>>): Counts => ({
  waiting: (counts.waiting ?? 0) + (counts.prioritized ?? 0),
  active: counts.active ?? 0,
  delayed: counts.delayed ?? 0,
  waiting_children: counts['waiting-children'] ?? 0,
  completed: counts.completed ?? 0,
  failed: counts.failed ?? 0,
})

/** Tells whoever watches a tenant how its queues stand. */
export const announceQueues = ({ streams }: Pick<Core, 'streams'>, tenantId: string, queues: QueueFigures[]) =>
  streams.announce(
    { tenantId, name: 'events' },
    { kind: 'queue_stats', source: 'jobs', data: { labels: {}, data: { queues } } },
  )

/** Shares one answer among all who ask within its time. */
export function fresh<T>(read: () => Promise<T>, forMs: number): () => Promise<T> {
  let answer: Promise<T> | undefined
  let until = 0
  return () => {
    if (answer && Date.now() < until) return answer
    until = Date.now() + forMs
    const asked = read()
    asked.catch(() => {
      if (answer === asked) answer = undefined
    })
    answer = asked
    return asked
  }
}
