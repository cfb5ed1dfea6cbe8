import { DEFAULT_TENANT_ID } from '../../api'
import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import { againLater } from '../../base/outage'
import type { Writer } from '../../streams'
import type { QueueControl } from '../queues/queue-control'
import { announceQueues, type QueueStatsReader } from '../queues/queue-stats'
import type { Schedules } from '../schedules/schedules'
import { giveBackLease, takeLease } from './lease-store'
import type { LegacyKeys } from './legacy-keys'
import { Events, type EventsDeps, type Positions } from './queue-events'
import type { Reconciler } from './reconciler'

/** Stored. Not `jobs`: versions with other Redis keys ask for that one. */
const LEASE = 'job keeper'
const LEASE_MS = 10_000
const RENEW_MS = 3_000
const ANNOUNCE_MS = 2_000

export interface MaintenanceDeps extends EventsDeps {
  db: Db
  streams: Writer
  queueControl: QueueControl
  queueStats: QueueStatsReader
  schedules: Schedules
  reconciler: Reconciler
  legacyKeys: LegacyKeys
  reconcileMs: number
  /** Who holds the lease. */
  process: string
}

/**
 * What a single process does for all: it reads BullMQ's events, reconciles PostgreSQL and BullMQ, watches schedules and
 * publishes the stats of the queues. Every process stands by; the leader is the one that holds the lease.
 */
export class Maintenance implements Part {
  readonly name = 'job maintenance'
  private events: Events | undefined
  private readonly timers = new Set<NodeJS.Timeout>()
  private announced = ''
  private stopped = false
  private repairing: Promise<void> | undefined
  private renewing: Promise<void> = Promise.resolve()

  constructor(private readonly deps: MaintenanceDeps) {}

  get isLeader() {
    return this.events !== undefined
  }

  async start() {
    const { engine, reconcileMs } = this.deps
    engine.client.on('ready', () => void this.repairNow())
    this.every(RENEW_MS, () => this.renew())
    this.every(reconcileMs, () => this.repairNow())
    this.every(ANNOUNCE_MS, () => this.announce())
    await this.renew()
  }

  private every(ms: number, work: () => Promise<void>) {
    const timer = setInterval(() => void work(), ms)
    timer.unref()
    this.timers.add(timer)
  }

  private renew(): Promise<void> {
    this.renewing = this.renewing.then(() => this.takeOrKeep()).catch(error => this.failed('lease', error))
    return this.renewing
  }

  private async takeOrKeep() {
    if (this.stopped) return
    const { db, process } = this.deps
    const held = await takeLease(db, { name: LEASE, holder: process, ms: LEASE_MS, state: this.state })
    if (held && !this.events) await this.begin(held.state)
    else if (!held && this.events) await this.end()
  }

  /** What the next leader needs. */
  private get state(): string | null {
    return this.events ? JSON.stringify(this.events.positions) : null
  }

  private async begin(state: string | null) {
    const { reconciler, log } = this.deps
    this.events = new Events(this.deps, state ? (JSON.parse(state) as Positions) : {}, {
      onSuspects: ids => reconciler.check(ids),
      onGap: queue => {
        log.warn('Queue events were trimmed before they were read: all open jobs are compared', { queue })
        void this.repairNow()
      },
    })
    // While Redis is down this waits; the lease must not.
    void this.events.open().catch(error => this.failed('events', error))
    void this.repairNow()
  }

  private async end() {
    const events = this.events
    this.events = undefined
    await events?.close()
  }

  /** One pass at a time: a call during a pass joins it. */
  repairNow(): Promise<void> {
    if (!this.isLeader || this.stopped) return Promise.resolve()
    this.repairing ??= this.repair().finally(() => {
      this.repairing = undefined
    })
    return this.repairing
  }

  private async repair() {
    const { engine, legacyKeys, queueControl, reconciler, schedules } = this.deps
    if (!engine.isUp) return
    try {
      await legacyKeys.retire()
      await queueControl.restore()
      await reconciler.pass()
      await schedules.repair()
    } catch (error) {
      this.failed('reconcile', error)
    }
  }

  private async announce() {
    if (!this.isLeader || this.stopped) return
    const { streams, queueStats } = this.deps
    try {
      const queues = await queueStats.recent()
      const next = JSON.stringify(queues.map(({ oldest_waiting_seconds: _, ...rest }) => rest))
      if (next === this.announced) return
      this.announced = next
      announceQueues(streams, DEFAULT_TENANT_ID, queues) // of all tenants; the others get their own from `TenantStats`
    } catch (error) {
      this.failed('announce', error)
    }
  }

  private failed(what: string, error: unknown) {
    againLater(this.deps.log, 'Job maintenance is tried again later', { what })(error)
  }

  async stop() {
    this.stopped = true
    for (const timer of this.timers) clearInterval(timer)
    const { db, process } = this.deps
    const { state } = this
    await this.renewing
    await this.repairing
    await this.end()
    await giveBackLease(db, LEASE, process, state).catch(error => this.failed('lease', error))
  }
}
