import type { Log } from '../../base/log'
import type { Outbound } from '../../base/outbound'
import type { Sealer } from '../../base/sealed'
import type { CheckOutcome } from '../../contract/checks'
import { noOutcome } from '../checks/no-outcome'
import type { Recorder } from '../history/recorder'
import type { Connectivity } from './connectivity'
import { type ActiveMonitor, hostOf, runCheck } from './run-check'
import type { Scheduled } from './scheduled'

export interface CheckerDeps {
  log: Log
  outbound: Outbound
  sealer: Sealer
  recorder: Pick<Recorder, 'recordLater'>
  connectivity: Connectivity
  signal: AbortSignal
}

const OFFLINE = {
  code: 'offline',
  message: 'The machine that checks is offline: several unrelated hosts and its own network cannot be reached',
}

/** A check that its own process broke off, or that a bug ended. */
const broken = (error: unknown): CheckOutcome =>
  noOutcome('unknown', { code: 'check_failed', message: `The check itself failed: ${String(error)}` })

/**
 * Makes scheduled checks. Each is stored after it has been made, without waiting for that: while PostgreSQL is away, checks go on.
 */
export const createChecker =
  (deps: CheckerDeps) => async (scheduled: Scheduled, monitor: ActiveMonitor, dueAt: number | null) => {
    const { log, recorder, signal, connectivity } = deps
    const checked = await runCheck(monitor, scheduled.monitor.status, deps).catch(error => {
      if (signal.aborted) return undefined // the next owner checks
      log.error('A check of a monitor failed', {
        monitor: monitor.id,
        error: error instanceof Error ? error.stack : String(error),
      })
      return { outcome: broken(error), attempts: 1 }
    })
    if (!checked) return
    const isOffline = await connectivity.isOffline(hostOf(monitor), checked.outcome)
    const outcome = isOffline ? { ...checked.outcome, status: 'unknown' as const, error: OFFLINE } : checked.outcome
    const { status, checked_at } = outcome
    scheduled.monitor = {
      ...scheduled.monitor,
      ...(status !== 'unknown' && { status }),
      checked_at: new Date(checked_at),
      ...(dueAt !== null && { due_at: new Date(dueAt) }),
    }
    const result = { monitorId: monitor.id, outcome, attempts: checked.attempts, by: 'schedule' as const, dueAt }
    recorder.recordLater(monitor.type, result)
  }
