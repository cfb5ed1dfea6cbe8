import { DEFAULT_TENANT_ID } from '../../access'
import type { Part } from '../../base/lifecycle'
import { againLater } from '../../base/outage'
import type { Core } from '../core'
import { applyControls } from '../queues/queue-control'
import { announceQueues, type Figures } from '../queues/queue-stats'
import type { Schedules } from '../schedules/schedules'
import { giveBackLease, takeLease } from './lease-store'
import { FormerKeys } from './legacy-keys'
import { Events, type Positions } from './queue-events'
import { Reconciler } from './reconciler'

/** Not `jobs`, which is what versions before the keys per queue ask for. */
const LEASE = 'job keeper'
const LEASE_MS = 10_000
const RENEW_MS = 3_000
const ANNOUNCE_MS = 2_000

interface Deps {
  core: Core
  figures: Figures
  schedules: Schedules
}

/**
 * The work that one process of all does at a time: reads BullMQ's events, brings PostgreSQL and BullMQ together,
 * watches schedules, tells the pages of the queues' figures. Every process stands ready; the holder of a lease does it.
 */
export class Keeper implements Part {
  readonly name = 'job keeper'
  private readonly former: FormerKeys
  private readonly reconciler: Reconciler
  private events: Events | undefined
  private readonly timers = new Set<NodeJS.Timeout>()
  private announced = ''
  private stopped = false
  private mending: Promise<void> | undefined
  private renewing: Promise<void> = Promise.resolve()

  constructor(private readonly deps: Deps) {
    this.former = new FormerKeys(deps.core.engine, deps.core.redis)
    this.reconciler = new Reconciler(deps.core, id => this.former.isRun(id))
  }

  /** Whether this process is the one that does it. */
  get isHolder() {
    return this.events !== undefined
  }

  async start() {
    const { core } = this.deps
    core.engine.client.on('ready', () => void this.mendNow())
    this.every(RENEW_MS, () => this.renew())
    this.every(core.config.worker.reconcileMs, () => this.mendNow())
    this.every(ANNOUNCE_MS, () => this.announce())
    await this.renew()
  }

  private every(ms: number, work: () => Promise<void>) {
    const timer = setInterval(() => void work(), ms)
    timer.unref()
    this.timers.add(timer)
  }

  private renew(): Promise<void> {
    this.renewing = this.renewing.then(() => this.takeOrKeep()).catch(error => this.trouble('lease', error))
    return this.renewing
  }

  private async takeOrKeep() {
    if (this.stopped) return
    const { core } = this.deps
    const state = this.events ? JSON.stringify(this.events.positions) : null
    const held = await takeLease(core.db, { name: LEASE, holder: core.process, ms: LEASE_MS, state })
    if (held && !this.events) await this.begin(held.state)
    else if (!held && this.events) await this.end()
  }

  private async begin(state: string | null) {
    const { core } = this.deps
    this.events = new Events(core, state ? (JSON.parse(state) as Positions) : {}, {
      onSuspects: ids => this.reconciler.check(ids),
      onGap: queue => {
        core.log.warn('Queue events were trimmed before they were read: all open jobs are compared', { queue })
        void this.mendNow()
      },
    })
    // While Redis is away this waits; the lease must not.
    void this.events.open().catch(error => this.trouble('events', error))
    void this.mendNow()
  }

  private async end() {
    const events = this.events
    this.events = undefined
    await events?.close()
  }

  /** One pass at a time; asked for during one, it counts as asked for. */
  mendNow(): Promise<void> {
    if (!this.isHolder || this.stopped) return Promise.resolve()
    this.mending ??= this.mend().finally(() => {
      this.mending = undefined
    })
    return this.mending
  }

  private async mend() {
    const { core, schedules } = this.deps
    try {
      if (core.engine.isUp) {
        await this.former.retire()
        await applyControls(core)
        await this.reconciler.pass()
        await schedules.mend()
      }
    } catch (error) {
      this.trouble('reconcile', error)
    }
  }

  private async announce() {
    if (!this.isHolder || this.stopped) return
    const { core, figures } = this.deps
    try {
      const queues = await figures.queues()
      const told = JSON.stringify(queues.map(({ oldest_waiting_seconds: _, ...rest }) => rest))
      if (told === this.announced) return
      this.announced = told
      announceQueues(core, DEFAULT_TENANT_ID, queues) // they are about all tenants; the others are told of their own by `Stats`
    } catch (error) {
      this.trouble('announce', error)
    }
  }

  private trouble(what: string, error: unknown) {
    againLater(this.deps.core.log, 'The job keeper tries again later', { what })(error)
  }

  async stop() {
    this.stopped = true
    for (const timer of this.timers) clearInterval(timer)
    const { core } = this.deps
    const state = this.events ? JSON.stringify(this.events.positions) : null
    await this.renewing
    await this.mending
    await this.end()
    await giveBackLease(core.db, LEASE, core.process, state).catch(error => this.trouble('lease', error))
  }
}
