import { formatDuration } from '../../../text/times'
import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import type { Check } from '../../contract/checks'
import type { JobOutcome } from '../../contract/jobs'
import { defineKind, JobFailure, type Run } from '../../jobs'
import type { Recorder } from '../history/recorder'
import type { CheckerDeps } from './checker'
import { loadMonitor } from './load-store'
import { isActive, runCheck } from './run-check'

/** Retries, each with its timeout and pause, are part of one check. */
const TIME_LIMIT_MS = 60 * 60_000

/** A check of a monitor by hand: its lines say what happens, and it counts like a scheduled one. */
export const monitorCheck = defineKind({
  name: 'monitor-check',
  label: 'Monitor check',
  queue: 'checks',
  input: z.strictObject({ monitor_id: z.uuid() }),
  outcome,
  options: { attempts: 1, timeLimitMs: TIME_LIMIT_MS, byRequest: false },
})

function outcome({ status, error, latency_ms }: Pick<Check, 'status' | 'error' | 'latency_ms'>): JobOutcome {
  if (error) return { level: status === 'down' ? 'bad' : 'warn', text: error.message }
  return { level: 'ok', text: latency_ms === null ? 'Up' : `Up in ${formatDuration(latency_ms)}` }
}

/** What the job needs. */
export interface CheckNowDeps extends Pick<CheckerDeps, 'outbound' | 'sealer'> {
  db: Db
  recorder: Pick<Recorder, 'record'>
}

/** Checks a monitor now. A monitor that was paused meanwhile is checked, but the check is not counted. */
export async function checkNow(run: Run, { monitor_id }: { monitor_id: string }, deps: CheckNowDeps) {
  const monitor = await loadMonitor(deps.db, run.tenantId, monitor_id)
  if (!monitor) throw new JobFailure('monitor_deleted', 'The monitor was deleted.')
  if (!isActive(monitor))
    throw new JobFailure('not_checkable', 'This monitor waits for heartbeats: it cannot be checked.')
  const trace = {
    step: <T>(name: string, work: () => Promise<T>) => run.step(name, work),
    log: (level: 'debug' | 'info' | 'warn' | 'error', message: string, data?: Record<string, unknown>) =>
      run.log[level](message, data && { data }),
  }
  const { outcome, attempts } = await runCheck(monitor, monitor.status, { ...deps, signal: run.signal, trace })
  const result = { monitorId: monitor.id, outcome, attempts, by: 'job' as const, dueAt: null }
  if (!(await deps.recorder.record(monitor.type, result)))
    run.log.warn('The monitor is paused: this check is not counted')
  return { ...outcome, answer: null, attempts }
}
