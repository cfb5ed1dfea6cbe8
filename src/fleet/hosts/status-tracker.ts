import type { Db } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Log } from '../../base/log'
import { Gauge, type Registry } from '../../base/metrics'
import { ignoreOutage } from '../../base/outage'
import { HOST_STATUSES } from '../../contract/values'
import type { Effect, Writer } from '../../streams'
import { hostCountsOf } from '../host-counts'
import { type StatusItem, sightingsOf, statusEffect } from './status-effect'
import { countByStatus, touchOnline } from './status-store'

interface Deps {
  db: Db
  streams: Writer
  log: Log
  metrics: Registry
  /** A host that was seen within this time is online. */
  windowMs: number
}

const FLUSH_MS = 5_000
const SWEEP_MS = 10_000
/** After a pause this long (PostgreSQL down, machine asleep), agents get time to connect before the next sweep. */
const PAUSE_MS = 30_000
const COUNT_MS = 10_000
/** Max hosts per statement, to keep row locks short. */
const STATEMENT_MAX = 1_000

/**
 * Tracks which hosts are online. Keeps their last-seen times in memory, and stores them every few seconds with one
 * statement per thousand hosts.
 */
export class StatusTracker {
  private seenAt = new Map<string, number>()
  private readonly effect: Effect<StatusItem, number>
  private flushing: Promise<void> | undefined
  private isSweeping = false
  private sweptAt = 0
  private sweepFrom = 0
  private timers: NodeJS.Timeout[] = []

  constructor(private readonly deps: Deps) {
    this.effect = statusEffect(deps.windowMs)
    createGauge(deps)
  }

  start() {
    // A restart has disconnected all agents.
    this.sweepFrom = performance.now() + this.deps.windowMs
    this.timers = [
      setInterval(() => void this.flushOrWarn(), FLUSH_MS),
      setInterval(() => void this.sweepIfDue(), SWEEP_MS),
    ]
    for (const timer of this.timers) timer.unref()
  }

  async stop() {
    for (const timer of this.timers) clearInterval(timer)
    await this.flushing?.catch(() => undefined) // logged where it was started
    await this.flushOrWarn()
  }

  seen(hostId: string) {
    this.seenAt.set(hostId, performance.now())
  }

  /** Stores last-seen times. Hosts seen in the meantime are left for the next flush. */
  flush(): Promise<void> {
    this.flushing ??= this.store().finally(() => {
      this.flushing = undefined
    })
    return this.flushing
  }

  private flushOrWarn(): Promise<void> {
    return this.flush().catch(error =>
      this.deps.log.warn('Cannot store when hosts were last seen, will retry', { error: messageOf(error) }),
    )
  }

  private async store() {
    const seen = this.seenAt
    this.seenAt = new Map()
    try {
      const waiting = [...seen]
      while (waiting.length) await this.storeBatch(new Map(waiting.splice(0, STATEMENT_MAX)))
    } catch (error) {
      for (const [id, at] of seen) if (!this.seenAt.has(id)) this.seenAt.set(id, at)
      throw error
    }
  }

  /** Only hosts that become online go through the streams, to keep their load low. */
  private async storeBatch(batch: ReadonlyMap<string, number>) {
    const others = await touchOnline(this.deps.db, sightingsOf(batch))
    if (!others.length) return
    const seen = new Map(others.map(id => [id, batch.get(id) ?? 0]))
    await this.deps.streams.commit(this.effect, { seen })
  }

  private async sweepIfDue() {
    const now = performance.now()
    if (now - this.sweptAt > PAUSE_MS && this.sweptAt > 0)
      this.sweepFrom = Math.max(this.sweepFrom, now + this.deps.windowMs)
    if (this.isSweeping) return
    this.sweptAt = now
    if (now < this.sweepFrom) return
    this.isSweeping = true
    await this.sweep().catch(error =>
      this.deps.log.error('Cannot mark hosts that are no longer online, will retry', { error: messageOf(error) }),
    )
    this.isSweeping = false
  }

  /**
   * Stores the last-seen times of this process, then marks hosts that were not seen recently. Of several processes,
   * only the first finds them.
   * @returns how many
   */
  async sweep(): Promise<number> {
    await this.flush()
    return this.deps.streams.commit(this.effect, { sweep: true })
  }
}

function createGauge({ db, metrics }: Deps) {
  let countedAt = Number.NEGATIVE_INFINITY
  let counting: ReturnType<typeof countByStatus> = Promise.resolve([])
  new Gauge({
    name: 'tailrace_hosts',
    help: 'Hosts of all tenants by status. Read from the database, so the same in every process.',
    labelNames: ['status'],
    registers: [metrics],
    async collect() {
      this.reset()
      if (performance.now() - countedAt > COUNT_MS) {
        countedAt = performance.now()
        counting = countByStatus(db)
      }
      const found = await counting.catch(ignoreOutage) // no value is better than an outdated one
      if (!found) return
      const counts = hostCountsOf(found)
      for (const status of HOST_STATUSES) this.set({ status }, counts[status])
    },
  })
}
