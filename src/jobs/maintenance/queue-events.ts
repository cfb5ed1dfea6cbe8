import { QueueEvents } from 'bullmq'
import { messageOf } from '../../base/errors'
import { isUuid } from '../../base/ids'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { RedisClient, RedisFactory } from '../../base/redis'
import type { QueueName } from '../../contract/jobs'
import { QUEUE_NAMES } from '../../contract/values'
import { closeAll, waitForClose } from '../engine/close'
import type { Engine } from '../engine/engine'
import type { JobMetrics } from '../metrics/job-metrics'

/** Workers report to PostgreSQL themselves: BullMQ's events are checked only after they have had time for that. */
const GRACE_MS = 2_000
/** Suspects beyond this number are left to the reconciler, which finds them by their rows. */
const SUSPECTS_MAX = 5_000
const REOPEN_MS = 1_000
const READ_MAX = 1_000

export type Positions = Partial<Record<QueueName, string>>

export interface EventsDeps {
  engine: Engine
  redis: RedisFactory
  metrics: JobMetrics
  log: Log
}

interface Hooks {
  /** BullMQ reports these jobs as ended. */
  onSuspects(ids: string[]): Promise<void>
  /** Events were lost: all open jobs must be compared. */
  onGap(queue: QueueName): void
}

/**
 * The second source of transitions: BullMQ's own events, with one QueueEvents per queue. It resumes where the previous
 * leader stopped, reports when that position was trimmed, and reopens a QueueEvents that fails.
 */
export class Events {
  readonly positions: Positions
  private readonly opened = new Map<QueueName, QueueEvents>()
  private readonly suspects = new Map<string, number>()
  private connection: RedisClient | undefined
  private timer: NodeJS.Timeout | undefined
  private closed = false

  constructor(
    private readonly deps: EventsDeps,
    positions: Positions,
    private readonly hooks: Hooks,
  ) {
    this.positions = { ...positions }
  }

  async open(): Promise<void> {
    this.connection = this.deps.redis.connect('blocking')
    this.timer = setInterval(() => void this.check(), GRACE_MS / 2)
    await Promise.all(QUEUE_NAMES.map(queue => this.openQueue(queue)))
  }

  private async openQueue(queue: QueueName): Promise<void> {
    if (this.closed || !this.connection) return
    try {
      const lastEventId = await this.startOf(queue)
      if (this.closed) return
      const prefix = this.deps.engine.prefixOf(queue)
      const events = new QueueEvents(queue, { connection: this.connection, prefix, lastEventId, autorun: false })
      this.opened.set(queue, events)
      this.listen(queue, events)
      events.run().catch(error => this.revive(queue, events, error))
    } catch (error) {
      this.reopen(queue, undefined, error)
    }
  }

  private listen(queue: QueueName, events: QueueEvents) {
    const suspect = ({ jobId }: { jobId: string }, id: string) => {
      this.positions[queue] = id
      // Ticks of schedules are no jobs of ours, and have other ids.
      if (isUuid(jobId) && this.suspects.size < SUSPECTS_MAX) this.suspects.set(jobId, Date.now())
    }
    events.on('completed', suspect)
    events.on('failed', suspect)
    events.on('removed', suspect)
    events.on('stalled', suspect)
    events.on('error', error => this.deps.log.debug('Queue events error', { queue, error: messageOf(error) }))
  }

  /** An event that is not JSON stops a QueueEvents for good: the next one starts after it. */
  private async revive(queue: QueueName, dead: QueueEvents, error: unknown) {
    if (error instanceof SyntaxError) {
      const id = await this.brokenAfter(queue).catch(() => undefined)
      if (id) this.positions[queue] = id
    }
    this.reopen(queue, dead, error)
  }

  private async brokenAfter(queue: QueueName): Promise<string | undefined> {
    const { engine } = this.deps
    let after = this.positions[queue] ?? '-'
    for (;;) {
      const from = after === '-' ? after : `(${after}`
      const events = await engine.client.xrange(engine.key(queue, 'events'), from, '+', 'COUNT', READ_MAX)
      const broken = events.find(([, fields]) => !isReadable(fields))
      if (broken) return broken[0]
      const last = events.at(-1)
      if (!last) return undefined
      after = last[0]
    }
  }

  private reopen(queue: QueueName, dead: QueueEvents | undefined, error: unknown) {
    if (this.closed) return
    this.deps.metrics.eventsReopened(queue)
    this.deps.log.warn('Reading queue events failed, will reopen', { queue, error: messageOf(error) })
    void dead?.close().catch(() => undefined)
    setTimeout(() => void this.openQueue(queue), REOPEN_MS).unref()
  }

  /** Where to start: `$` would miss what happens before the first read, so this looks up a real id. */
  private async startOf(queue: QueueName): Promise<string> {
    const { engine } = this.deps
    const key = engine.key(queue, 'events')
    const remembered = this.positions[queue]
    if (!remembered) {
      const [last] = await engine.client.xrevrange(key, '+', '-', 'COUNT', 1)
      return last?.[0] ?? '0-0'
    }
    const [first] = await engine.client.xrange(key, '-', '+', 'COUNT', 1)
    if (first && isBefore(remembered, first[0])) {
      this.deps.metrics.eventsTrimmed(queue)
      this.hooks.onGap(queue)
    }
    return remembered
  }

  private async check() {
    const now = Date.now()
    const due = [...this.suspects].filter(([, at]) => now - at >= GRACE_MS).map(([id]) => id)
    for (const id of due) this.suspects.delete(id)
    if (!due.length) return
    await this.hooks.onSuspects(due).catch(logRetryable(this.deps.log, 'Cannot compare jobs, will retry'))
  }

  async close(): Promise<void> {
    this.closed = true
    clearInterval(this.timer)
    await waitForClose(closeAll(this.opened.values()))
    this.connection?.disconnect()
  }
}

/** Whether BullMQ can read an event: it parses the values of two fields. */
function isReadable(fields: string[]): boolean {
  const texts = fields.flatMap((name, i) => (i % 2 === 0 && /^(data|returnvalue)$/.test(name) ? [fields[i + 1]] : []))
  try {
    for (const text of texts) JSON.parse(text ?? '')
    return true
  } catch {
    return false
  }
}

/** Compares ids of a Redis stream: milliseconds, then a counter. */
export function isBefore(a: string, b: string): boolean {
  const [msA = 0, countA = 0] = a.split('-').map(Number)
  const [msB = 0, countB = 0] = b.split('-').map(Number)
  return msA < msB || (msA === msB && countA < countB)
}
