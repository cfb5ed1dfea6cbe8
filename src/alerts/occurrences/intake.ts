import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, Problem } from '../../base/errors'
import type { Log } from '../../base/log'
import { isOutage } from '../../base/outage'
import { nothingDone, outcomeUnknown, REQUEST_TIMEOUT_MS } from '../../base/request-timeout'
import { fingerprintOf } from '../matching'
import type { IncomingAlert } from './open-alert'
import type { OpenAlerts } from './open-alerts'
import type { Report } from './plan'
import type { Call, Step, Storing } from './storing'

interface Deps {
  log: Log
  open: OpenAlerts
  storing: Storing
}

/** Alerts waiting in this process. Senders repeat what was refused within a minute. */
const WAITING_MAX = 100_000
/** Commits at the same time, each for another tenant. */
const COMMITS_MAX = 4
const RETRY_MS_MAX = 1_000
/** A sender with more alerts has sent its next request by then. */
const PAUSE_MS = 50
/** PostgreSQL error codes after which a retry may succeed: connection, rollback, resources, locks, shutdown, system. */
const TRANSIENT = /^(08|40|53|55P03|57|58)/

/** The calls of one tenant in order. */
interface Lane {
  tenantId: string
  calls: Call[]
  /** Failures in a row. */
  failures: number
  /** What may have been committed although its answer was lost. */
  unsure: Step | undefined
  isRunning: boolean
}

/**
 * Accepts alerts: group commit per tenant. Everything that arrives during a commit forms the next one.
 */
export class Intake {
  private readonly lanes = new Map<string, Lane>()
  /** Lanes with calls, in turn. */
  private readonly ready: Lane[] = []
  private commits = 0
  private waiting = 0
  private isStopped = false
  /** When a tenant's latest call was answered. */
  private usedMs = Number.NEGATIVE_INFINITY
  private onIdle: (() => void) | undefined

  constructor(private readonly deps: Deps) {}

  /**
   * Stores alerts that were checked before.
   * @returns how many were left out because too many alerts are open, once the others are durable
   * @throws Problem 503: `overloaded`; `unavailable` if nothing was stored; `outcome_unknown`
   */
  accept(tenantId: string, alerts: readonly IncomingAlert[]): Promise<{ refused: number }> {
    if (!alerts.length) return Promise.resolve({ refused: 0 })
    if (this.isStopped) return Promise.reject(nothingDone())
    if (this.waiting + alerts.length > WAITING_MAX) return Promise.reject(overloaded())
    this.waiting += alerts.length
    const reports = alerts.map(alert => this.reportOf(tenantId, alert))
    return new Promise((resolve, reject) => {
      const call: Call = { reports, next: 0, refused: 0, since: performance.now(), isAlone: false, resolve, reject }
      this.laneOf(tenantId).calls.push(call)
      // Calls of the same tick share a commit.
      setImmediate(() => this.run())
    })
  }

  /** Whether alerts are being stored, or more will probably arrive at once. */
  isAccepting(): boolean {
    return this.lanes.size > 0 || performance.now() < this.usedMs + PAUSE_MS
  }

  /** Waits until everything accepted is stored or given up. */
  async stop() {
    this.isStopped = true
    if (this.lanes.size) await new Promise<void>(resolve => (this.onIdle = resolve))
  }

  /** Encodes new alerts while the previous commit is under way. */
  private reportOf(tenantId: string, alert: IncomingAlert): Report {
    const fingerprint = fingerprintOf(alert.labels)
    if (this.deps.open.known(tenantId)?.get(fingerprint))
      return { alert, fingerprint, labels: undefined, annotations: undefined }
    const [labels, annotations] = [JSON.stringify(alert.labels), JSON.stringify(alert.annotations)]
    return { alert, fingerprint, labels, annotations }
  }

  private laneOf(tenantId: string): Lane {
    const known = this.lanes.get(tenantId)
    if (known) return known
    const lane: Lane = { tenantId, calls: [], failures: 0, unsure: undefined, isRunning: false }
    this.lanes.set(tenantId, lane)
    this.ready.push(lane)
    return lane
  }

  private run() {
    while (this.commits < COMMITS_MAX) {
      const lane = this.ready.shift()
      if (!lane) return
      this.commits++
      void this.advance(lane)
    }
  }

  /** Makes one commit of a lane, then lets others have their turn. */
  private async advance(lane: Lane) {
    const pauseMs = await this.step(lane)
    this.commits--
    if (pauseMs) await delay(pauseMs)
    if (lane.calls.length) this.ready.push(lane)
    else {
      this.lanes.delete(lane.tenantId)
      this.usedMs = performance.now()
      if (!this.lanes.size) this.onIdle?.()
    }
    this.run()
  }

  /** @returns how long to wait before the next, in ms */
  private async step(lane: Lane): Promise<number> {
    const step: Step = { tenantId: lane.tenantId, calls: lane.calls, plan: undefined, firstId: undefined, taken: [] }
    try {
      const done = await this.stored(lane, step)
      await this.deps.storing.storeFar(lane.tenantId)
      this.finish(lane, done)
      lane.unsure = undefined
      lane.failures = 0
      return 0
    } catch (error) {
      return this.failed(lane, step, error)
    }
  }

  /** @returns what has been stored: this step, or the one before if its answer was lost */
  private async stored(lane: Lane, step: Step): Promise<Step> {
    const { storing } = this.deps
    if (lane.unsure && (await storing.wasStored(lane.unsure))) return lane.unsure
    lane.unsure = undefined
    await storing.store(step)
    return step
  }

  private finish(lane: Lane, step: Step) {
    for (const { call, upTo, refused } of step.taken) {
      this.waiting -= upTo - call.next
      call.next = upTo
      call.refused += refused
      if (upTo < call.reports.length) continue
      lane.calls.splice(lane.calls.indexOf(call), 1)
      call.resolve({ refused: call.refused })
    }
  }

  /** @returns how long to wait before the next attempt, in ms */
  private failed(lane: Lane, step: Step, error: unknown): number {
    if (!isTransient(error)) {
      this.refused(lane, step, error)
      return 0
    }
    if (step.firstId !== undefined) lane.unsure = step
    if (lane.failures++ === 0)
      this.deps.log[isOutage(error) ? 'warn' : 'debug']('Alerts are waiting for the database', {
        error: messageOf(error),
      })
    const attempted = new Set(step.taken.map(({ call }) => call))
    const oldest = this.isStopped ? Number.POSITIVE_INFINITY : performance.now() - REQUEST_TIMEOUT_MS
    for (const call of lane.calls.filter(({ since }) => since < oldest))
      this.giveUp(lane, call, attempted.has(call) || call.next > 0 ? outcomeUnknown() : nothingDone())
    return Math.min(25 * 2 ** lane.failures, RETRY_MS_MAX)
  }

  /** The database does not take something, whatever it is: the other calls must not fail with it. */
  private refused(lane: Lane, step: Step, error: unknown) {
    this.deps.open.forget(lane.tenantId)
    const calls = step.taken.length ? step.taken.map(({ call }) => call) : [...lane.calls]
    for (const call of calls) {
      if (step.taken.length > 1) call.isAlone = true
      else this.giveUp(lane, call, error)
    }
    const text = error instanceof Error ? error.stack : String(error)
    this.deps.log.error('Cannot store alerts', { tenant: lane.tenantId, error: text })
  }

  private giveUp(lane: Lane, call: Call, error: unknown) {
    this.waiting -= call.reports.length - call.next
    lane.calls.splice(lane.calls.indexOf(call), 1)
    if (lane.unsure) lane.unsure.taken = lane.unsure.taken.filter(taken => taken.call !== call)
    call.reject(error)
  }
}

const isTransient = (error: unknown) => isOutage(error) || TRANSIENT.test(String((error as { code?: unknown }).code))

const overloaded = () =>
  new Problem(
    503,
    'overloaded',
    `${WAITING_MAX} alerts are already waiting to be stored. Nothing was accepted. Try again soon.`,
    [],
    { 'Retry-After': '5' },
  )
