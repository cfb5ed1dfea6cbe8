import type { Db } from '../base/db'
import type { Part } from '../base/lifecycle'
import { againLater } from '../base/outage'
import { percentile } from './buckets'
import type { Core } from './core'
import { addTally, readControls, readDurations, readWaiting } from './figures-store'
import type { Durations } from './metrics'
import { QUEUE_NAMES, type QueueName } from './queues'

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
  /** Null while Redis is away. */
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

  private async states(): Promise<Map<QueueName, { counts: Counts; oldest: number }>> {
    const { engine, log } = this.core
    if (!engine.isUp) return new Map()
    try {
      const counts = await Promise.all(QUEUE_NAMES.map(name => engine.queue(name).getJobCounts(...STATES)))
      const oldest = await this.oldest(this.core.db)
      return new Map(
        QUEUE_NAMES.map((name, i) => [name, { counts: countsOf(counts[i] ?? {}), oldest: oldest[i] ?? 0 }]),
      )
    } catch (error) {
      againLater(log, 'Queues were not read')(error)
      return new Map()
    }
  }

  /** In seconds: of the job that is next and, in case that one was put in front, of the highest priority. */
  private async oldest(db: Db): Promise<number[]> {
    const next = await this.core.engine.nextIds()
    const since = await readWaiting(db, next.flat())
    const now = Date.now()
    return next.map(ids => {
      const waits = ids.map(id => now - (since.get(id)?.getTime() ?? now))
      return Math.max(0, ...waits) / 1000
    })
  }
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
