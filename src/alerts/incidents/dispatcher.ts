import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { Writer } from '../../streams'
import type { Dispatch } from './dispatch-effect'
import { tenantsWithWork, workOf } from './dispatch-store'

export interface DispatcherDeps {
  db: Db
  streams: Pick<Writer, 'commit'>
  log: Log
  dispatch: Dispatch
  /**
   * Calls back after changes of a tenant's alerts, silences or routes in any process; calls may be missed. `isOwn`: it was
   * this process.
   */
  onChange(listener: (tenantId: string, isOwn?: boolean) => void): void
  /** Whether alerts are arriving at this process. */
  isAccepting(): boolean
  clock: () => Date
}

/** Tenants whose changes nobody has announced are found after so long. */
const SWEEP_MS = 5_000
const SWEEP_TENANTS_MAX = 1_000
/** How soon another look follows when another process is at work, at random, so that processes do not collide again. */
const BUSY_MS = 50
const RETRY_MS = 2_000
/** After a round that took longer, alerts that arrive at this process go first: so many times as long, within limits. */
const SHORT_MS = 30
const PAUSE_ROUNDS = 4
const PAUSE_MS_MIN = 1_000
const PAUSE_MS_MAX = 3_000
const PAUSE_STEP_MS = 25
/** The longest time that a timer can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1

interface Work {
  /** Something has changed since the last look began. */
  isDirty: boolean
  /** There is something to do, so it need not be asked. */
  isCertain: boolean
  isRunning: boolean
  timer: NodeJS.Timeout | undefined
}

/** Dispatches whatever has changed and whatever is due. Every process with workers has one; PostgreSQL excludes them. */
export class Dispatcher implements Part {
  readonly name = 'alert dispatcher'
  private readonly tenants = new Map<string, Work>()
  private sweeping: NodeJS.Timeout | undefined
  private readonly running = new Set<Promise<void>>()
  private isStopped = false

  constructor(private readonly deps: DispatcherDeps) {}

  async start() {
    this.deps.onChange((tenantId, isOwn) => this.wake(tenantId, isOwn))
    this.sweeping = setInterval(() => void this.sweep(), SWEEP_MS)
    this.sweeping.unref()
    void this.sweep()
  }

  async stop() {
    this.isStopped = true
    clearInterval(this.sweeping)
    for (const { timer } of this.tenants.values()) clearTimeout(timer)
    await Promise.all(this.running)
  }

  /** Looks at a tenant soon. @param isCertain whether there is something to dispatch, unless another process was faster */
  wake(tenantId: string, isCertain = false) {
    if (this.isStopped) return
    const work = this.workOf(tenantId)
    work.isDirty = true
    work.isCertain ||= isCertain
    if (work.isRunning) return
    work.isRunning = true
    const running = this.run(tenantId, work).finally(() => this.running.delete(running))
    this.running.add(running)
  }

  private workOf(tenantId: string): Work {
    const known = this.tenants.get(tenantId)
    if (known) return known
    const work: Work = { isDirty: false, isCertain: false, isRunning: false, timer: undefined }
    this.tenants.set(tenantId, work)
    return work
  }

  private async run(tenantId: string, work: Work) {
    let againMs: number | undefined
    try {
      while (work.isDirty && !this.isStopped) {
        work.isDirty = false
        againMs = await this.look(tenantId, work)
      }
    } catch (error) {
      logRetryable(this.deps.log, 'Cannot dispatch alerts, will retry', { tenant_id: tenantId })(error)
      againMs = RETRY_MS
    } finally {
      work.isRunning = false
    }
    this.wait(tenantId, work, againMs)
  }

  /** @returns after how many ms to look again although nothing changes */
  private async look(tenantId: string, work: Work): Promise<number | undefined> {
    const { db, streams, dispatch, clock } = this.deps
    if (!work.isCertain) {
      const { isDue, nextAt } = await workOf(db, tenantId, clock())
      if (!isDue) return this.until(nextAt)
    }
    work.isCertain = false
    const startedMs = performance.now()
    const done = await streams.commit(dispatch.effect, { tenantId, now: clock().getTime() })
    if (done.isBusy) return BUSY_MS * (1 + Math.random())
    dispatch.confirm(tenantId, done)
    await this.pauseAfter(performance.now() - startedMs)
    if (done.isLeft) Object.assign(work, { isDirty: true, isCertain: true })
    return this.until(done.nextAt)
  }

  private async pauseAfter(roundMs: number) {
    if (roundMs < SHORT_MS) return
    const pauseMs = Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS_MIN, roundMs * PAUSE_ROUNDS))
    const until = performance.now() + pauseMs
    while (!this.isStopped && this.deps.isAccepting() && performance.now() < until) await delay(PAUSE_STEP_MS)
  }

  private until(at: Date | null): number | undefined {
    return at ? Math.max(0, at.getTime() - this.deps.clock().getTime()) : undefined
  }

  private wait(tenantId: string, work: Work, ms: number | undefined) {
    clearTimeout(work.timer)
    if (this.isStopped) return
    if (ms === undefined) return void this.tenants.delete(tenantId)
    work.timer = setTimeout(() => this.wake(tenantId), Math.min(ms, TIMER_MS_MAX))
    work.timer.unref()
  }

  private async sweep() {
    try {
      const found = await tenantsWithWork(this.deps.db, this.deps.clock(), SWEEP_TENANTS_MAX)
      for (const tenantId of found) this.wake(tenantId)
    } catch (error) {
      this.deps.log.debug('Cannot look for changes of alerts, will retry', { error: messageOf(error) })
    }
  }
}
