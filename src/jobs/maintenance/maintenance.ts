import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import { logRetryable } from '../../base/outage'
import type { Writer } from '../../streams'
import type { QueueControl } from '../queues/queue-control'
import type { Schedules } from '../schedules/schedules'
import { acquireLease, releaseLease } from './lease-store'
import type { LegacyKeys } from './legacy-keys'
import { Events, type EventsDeps, type Positions } from './queue-events'
import type { Reconciler } from './reconciler'

/** The stored name of the lease. Not `jobs`, which is used by versions with other Redis keys. */
const LEASE = 'job keeper'
const LEASE_MS = 10_000
const RENEW_MS = 3_000

export interface MaintenanceDeps extends EventsDeps {
  db: Db
  streams: Writer
  queueControl: QueueControl
  schedules: Schedules
  reconciler: Reconciler
  legacyKeys: LegacyKeys
  reconcileMs: number
  /** The holder of the lease. */
  process: string
}

/**
 * What one process, the leader, does for all: it reads BullMQ's events, reconciles PostgreSQL and BullMQ, and watches
 * schedules. The leader is the process that holds the lease; the others stand by.
 */
export class Maintenance implements Part {
  readonly name = 'job maintenance'
  private events: Events | undefined
  private readonly timers = new Set<NodeJS.Timeout>()
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
    await this.renew()
  }

  private every(ms: number, work: () => Promise<void>) {
    const timer = setInterval(() => void work(), ms)
    timer.unref()
    this.timers.add(timer)
  }

  private renew(): Promise<void> {
    this.renewing = this.renewing.then(() => this.acquireOrRenew()).catch(error => this.failed('lease', error))
    return this.renewing
  }

  private async acquireOrRenew() {
    if (this.stopped) return
    const { db, process } = this.deps
    const held = await acquireLease(db, { name: LEASE, holder: process, ms: LEASE_MS, state: this.state })
    if (held && !this.events) await this.startLeading(held.state)
    else if (!held && this.events) await this.stopLeading()
  }

  /** What the next leader needs to know. */
  private get state(): string | null {
    return this.events ? JSON.stringify(this.events.positions) : null
  }

  private async startLeading(state: string | null) {
    const { reconciler, log } = this.deps
    this.events = new Events(this.deps, state ? (JSON.parse(state) as Positions) : {}, {
      onSuspects: ids => reconciler.check(ids),
      onGap: queue => {
        log.warn('Queue events were trimmed before they were read: comparing all open jobs', { queue })
        void this.repairNow()
      },
    })
    // Not awaited: it waits while Redis is down, and the lease must be renewed.
    void this.events.open().catch(error => this.failed('events', error))
    void this.repairNow()
  }

  private async stopLeading() {
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

  private failed(what: string, error: unknown) {
    logRetryable(this.deps.log, 'Job maintenance failed, will retry', { what })(error)
  }

  async stop() {
    this.stopped = true
    for (const timer of this.timers) clearInterval(timer)
    const { db, process } = this.deps
    const { state } = this
    await this.renewing
    await this.repairing
    await this.stopLeading()
    await releaseLease(db, LEASE, process, state).catch(error => this.failed('lease', error))
  }
}
