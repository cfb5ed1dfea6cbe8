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
  /** A host that was last seen within it is online. */
  windowMs: number
}

const FLUSH_MS = 5_000
const SWEEP_MS = 10_000
/** After a pause this long (PostgreSQL down, machine asleep) agents get time to connect before the next sweep. */
const PAUSE_MS = 30_000
const COUNT_MS = 10_000
/** Keeps row locks short, whatever the size of the fleet. */
const STATEMENT_MAX = 1_000

/**
 * Tracks which hosts are online. When they were last seen is kept in memory, and stored every few seconds with one
 * statement for a thousand hosts.
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
    await this.flushing?.catch(() => undefined) // reported where it was started
    await this.flushOrWarn()
  }

  seen(hostId: string) {
    this.seenAt.set(hostId, performance.now())
  }

  /** Stores which hosts were seen; those that are seen meanwhile are left for the next flush. */
  flush(): Promise<void> {
    this.flushing ??= this.store().finally(() => {
      this.flushing = undefined
    })
    return this.flushing
  }

  private flushOrWarn(): Promise<void> {
    return this.flush().catch(error =>
      this.deps.log.warn('Last-seen times of hosts wait for the database', { error: messageOf(error) }),
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

  /** Only hosts that come online go through the streams, to keep their load low. */
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
      this.deps.log.error('Hosts that have gone could not be marked', { error: messageOf(error) }),
    )
    this.isSweeping = false
  }

  /**
   * Marks hosts that were not seen lately, after storing those that this process has seen. Of several processes only the
   * first one finds them.
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
    help: 'Hosts of all tenants by status, from the database: the same in every process.',
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
