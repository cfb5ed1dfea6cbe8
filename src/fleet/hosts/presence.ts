import type { Db } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Log } from '../../base/log'
import { Gauge, type Registry } from '../../base/metrics'
import type { Effect, Writer } from '../../streams'
import { HOST_STATUSES } from './host'
import { type PresenceItem, presenceEffect } from './presence-effect'
import { countByStatus } from './presence-store'

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

/** Who is there: noted in memory and stored with one statement for all, whatever their number. */
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
    this.timers = [setInterval(() => void this.flush(), FLUSH_MS), setInterval(() => void this.sweepInTime(), SWEEP_MS)]
    for (const timer of this.timers) timer.unref()
  }

  async stop() {
    for (const timer of this.timers) clearInterval(timer)
    await this.flush()
    await this.flush()
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

  private async store() {
    if (this.seenAt.size === 0) return
    const seen = this.seenAt
    this.seenAt = new Map()
    try {
      await this.deps.streams.commit(this.effect, { seen })
    } catch (error) {
      for (const [id, at] of seen) if (!this.seenAt.has(id)) this.seenAt.set(id, at)
      this.deps.log.error('Sightings of hosts could not be stored', { error: messageOf(error) })
    }
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

  /** Marks hosts that were not seen lately. Of several processes the first one finds them. @returns how many */
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
      const found = await counts.catch(() => undefined) // PostgreSQL is away: no figure is better than an old one
      if (!found) return
      for (const status of HOST_STATUSES) this.set({ status }, found.find(each => each.status === status)?.hosts ?? 0)
    },
  })
}
