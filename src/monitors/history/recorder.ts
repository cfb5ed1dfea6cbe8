import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../../base/errors'
import { newId } from '../../base/ids'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { Counter, type Registry } from '../../base/metrics'
import type { MonitorType } from '../../contract/monitor-settings'
import type { Writer } from '../../streams'
import type { CheckResult } from './check-result'
import { type RecordDeps, recordEffect } from './record-effect'

interface Deps extends RecordDeps {
  streams: Pick<Writer, 'commit'>
  log: Log
  metrics: Registry
}

/** Checks that may wait to be stored, as while PostgreSQL is away: at 100 checks per second, eight minutes. */
const WAITING_MAX = 50_000
const LOG_EVERY_MS = 10_000
/** Scheduled checks of this time share a commit, which costs about the same for ten as for one. */
const WINDOW_MS = 100

/** Stores checks. While PostgreSQL is away they wait, and are stored in their order when it is back. */
export class Recorder implements Part {
  readonly name = 'checks'
  private readonly effect
  private readonly checks: Counter
  private readonly lost: Counter
  private waiting = 0
  private current: Promise<void> | undefined
  private readonly stopping = new AbortController()
  private loggedAt = Number.NEGATIVE_INFINITY

  constructor(private readonly deps: Deps) {
    this.effect = recordEffect(deps)
    const registers = [deps.metrics]
    this.checks = new Counter({
      name: 'tailrace_monitor_checks_total',
      help: 'Checks of monitors that this process has made.',
      labelNames: ['type', 'status'],
      registers,
    })
    this.lost = new Counter({
      name: 'tailrace_monitor_checks_lost_total',
      help: 'Checks that could not be stored, because too many waited for PostgreSQL.',
      registers,
    })
  }

  async start() {}

  /** What waits for others is handed to the streams, which store it before they stop. */
  async stop() {
    this.stopping.abort()
    await this.current
  }

  /**
   * Resolves when it is durable.
   * @returns whether it counted: not if its monitor was paused or deleted, or if it was stored before
   */
  async record(type: MonitorType, result: Omit<CheckResult, 'id'>): Promise<boolean> {
    this.checks.inc({ type, status: result.outcome.status })
    if (this.waiting >= WAITING_MAX) return this.lose()
    this.waiting++
    try {
      if (result.by === 'schedule') await this.window()
      return await this.deps.streams.commit(this.effect, storable({ ...result, id: newId() }))
    } finally {
      this.waiting--
    }
  }

  /** The same for whoever goes on meanwhile: a failure is logged. */
  recordLater(type: MonitorType, result: Omit<CheckResult, 'id'>): void {
    this.record(type, result).catch(error =>
      this.deps.log.error('A check of a monitor was not stored', {
        monitor: result.monitorId,
        error: messageOf(error),
      }),
    )
  }

  /** The end of the current window; at once when the process stops. */
  private window(): Promise<void> {
    this.current ??= delay(WINDOW_MS, undefined, { signal: this.stopping.signal })
      .catch(() => undefined)
      .finally(() => {
        this.current = undefined
      })
    return this.current
  }

  private lose(): false {
    this.lost.inc()
    const now = performance.now()
    if (now - this.loggedAt > LOG_EVERY_MS) {
      this.loggedAt = now
      this.deps.log.error(`Checks of monitors are lost: ${WAITING_MAX} wait for PostgreSQL already`)
    }
    return false
  }
}

/** Foreign text may contain what a PostgreSQL text column cannot hold. */
function storable(result: CheckResult): CheckResult {
  const { error } = result.outcome
  if (!error) return result
  const message = error.message.replaceAll('\0', '\ufffd').toWellFormed()
  return { ...result, outcome: { ...result.outcome, error: { ...error, message } } }
}
