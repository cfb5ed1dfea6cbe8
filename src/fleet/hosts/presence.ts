import type { Db } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Log } from '../../base/log'
import { Gauge, type Registry } from '../../base/metrics'
import { ignoreOutage } from '../../base/outage'
import type { Effect, Writer } from '../../streams'
import { HOST_STATUSES } from './host'
import { type PresenceItem, presenceEffect, sightingsOf } from './presence-effect'
import { countByStatus, touchOnline } from './presence-store'

interface Deps {
  db: Db
  streams: Writer
  log: Log
  metrics: Registry
  /** A host that was seen within it is online. */
  windowMs: number
}

const FLUSH_MS = 5_000
const SWEEP_MS = 10_000
/** After a standstill (PostgreSQL away, machine asleep) agents are given time to show themselves. */
const STANDSTILL_MS = 30_000
const COUNT_MS = 10_000
/** Rows are held for a short time only, whatever the size of the fleet. */
const STATEMENT_MAX = 1_000

/** Who is there: noted in memory and stored some seconds later with one statement for a thousand. */
export class Presence {
  private seenAt = new Map<string, number>()
  private readonly effect: Effect<PresenceItem, number>
  private flushing: Promise<void> | undefined
  private sweeping = false
  private sweptAt = 0
  private sweepFrom = 0
  private timers: NodeJS.Timeout[] = []

  constructor(private readonly deps: Deps) {
    this.effect = presenceEffect(deps.windowMs)
    createGauge(deps)
  }

  start() {
    // All agents were cut off from a process that was restarted.
    this.sweepFrom = performance.now() + this.deps.windowMs
    this.timers = [
      setInterval(() => void this.flushOrSay(), FLUSH_MS),
      setInterval(() => void this.sweepInTime(), SWEEP_MS),
    ]
    for (const timer of this.timers) timer.unref()
  }

  async stop() {
    for (const timer of this.timers) clearInterval(timer)
    await this.flushing?.catch(() => undefined) // said where it was begun
    await this.flushOrSay()
  }

  seen(hostId: string) {
    this.seenAt.set(hostId, performance.now())
  }

  /** Stores what was seen; what is seen meanwhile goes into the next one. */
  flush(): Promise<void> {
    this.flushing ??= this.store().finally(() => {
      this.flushing = undefined
    })
    return this.flushing
  }

  private flushOrSay(): Promise<void> {
    return this.flush().catch(error =>
      this.deps.log.warn('Sightings of hosts wait for the database', { error: messageOf(error) }),
    )
  }

  private async store() {
    const seen = this.seenAt
    this.seenAt = new Map()
    try {
      const waiting = [...seen]
      while (waiting.length) await this.storeSome(new Map(waiting.splice(0, STATEMENT_MAX)))
    } catch (error) {
      for (const [id, at] of seen) if (!this.seenAt.has(id)) this.seenAt.set(id, at)
      throw error
    }
  }

  /** Only what is news goes through the streams, which have better to do. */
  private async storeSome(some: ReadonlyMap<string, number>) {
    const others = await touchOnline(this.deps.db, sightingsOf(some))
    if (!others.length) return
    const seen = new Map(others.map(id => [id, some.get(id) ?? 0]))
    await this.deps.streams.commit(this.effect, { seen })
  }

  private async sweepInTime() {
    const now = performance.now()
    if (now - this.sweptAt > STANDSTILL_MS && this.sweptAt > 0)
      this.sweepFrom = Math.max(this.sweepFrom, now + this.deps.windowMs)
    if (this.sweeping) return
    this.sweptAt = now
    if (now < this.sweepFrom) return
    this.sweeping = true
    await this.sweep().catch(error =>
      this.deps.log.error('Hosts that are gone could not be marked', { error: messageOf(error) }),
    )
    this.sweeping = false
  }

  /**
   * Marks hosts that were not seen lately, after storing what this process has seen. Of several processes the first one
   * finds them. @returns how many
   */
  async sweep(): Promise<number> {
    await this.flush()
    return this.deps.streams.commit(this.effect, { sweep: true })
  }
}

function createGauge({ db, metrics }: Deps) {
  let countedAt = Number.NEGATIVE_INFINITY
  let counts: ReturnType<typeof countByStatus> = Promise.resolve([])
  new Gauge({
    name: 'tailrace_hosts',
    help: 'Hosts of all tenants by status, as stored: every process says the same.',
    labelNames: ['status'],
    registers: [metrics],
    async collect() {
      this.reset()
      if (performance.now() - countedAt > COUNT_MS) {
        countedAt = performance.now()
        counts = countByStatus(db)
      }
      const found = await counts.catch(ignoreOutage) // no figure is better than an old one
      if (!found) return
      for (const status of HOST_STATUSES) this.set({ status }, found.find(each => each.status === status)?.hosts ?? 0)
    },
  })
}
