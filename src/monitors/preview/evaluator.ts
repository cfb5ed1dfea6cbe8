import type { CheckStatus } from '../../contract/checks'
import type { MonitorRule } from '../../contract/monitor-rules'
import { checksMin, expiryStep, PERCENTILE, WINDOW_SECONDS } from '../rules/thresholds'
import { LatencyWindow } from './latency-window'

export type EvaluatedRule = Pick<MonitorRule, 'type' | 'threshold' | 'window_seconds' | 'percentile'>

/** What rules need of a stored check. */
export interface EvaluatedCheck {
  /** Milliseconds since 1970. */
  at: number
  status: CheckStatus
  latencyMs: number | null
  /** Of checks that failed. */
  errorCode?: string | null
  /** When the certificate that the check saw expires, in ms since 1970. */
  tlsExpiresAt?: number | null
}

/** A rule on the checks of one monitor. */
export interface Evaluator {
  /**
   * Takes the next check.
   * @returns whether the rule fires from now on
   */
  add(check: EvaluatedCheck): boolean
}

const DAY_MS = 86_400_000
export const HEARTBEAT_MISSED = 'heartbeat_missed'

/**
 * Decides check by check, in order of time, whether a rule fires. Unknown checks change nothing: this machine was
 * offline.
 */
export function createEvaluator(rule: EvaluatedRule, intervalSeconds: number): Evaluator {
  const fires = evaluators[rule.type](rule, intervalSeconds)
  let isFiring = false
  return {
    add(check) {
      if (check.status !== 'unknown') isFiring = fires(check) ?? isFiring
      return isFiring
    },
  }
}

/** @returns undefined if the check says nothing about it */
type Fires = (check: EvaluatedCheck) => boolean | undefined

const evaluators: Record<MonitorRule['type'], (rule: EvaluatedRule, intervalSeconds: number) => Fires> = {
  consecutive_failures: ({ threshold }) => inARow(threshold, ({ status }) => status === 'down'),
  missed_heartbeat: ({ threshold }) => inARow(threshold, ({ errorCode }) => errorCode === HEARTBEAT_MISSED),
  latency_over: ({ threshold, window_seconds, percentile }, intervalSeconds) => {
    const seconds = window_seconds ?? WINDOW_SECONDS
    const window = new LatencyWindow(seconds * 1_000)
    const needed = checksMin(seconds, intervalSeconds * 1_000)
    return ({ at, status, latencyMs }) => {
      window.moveTo(at)
      if (status === 'up' && latencyMs !== null) window.add(at, latencyMs)
      return window.size >= needed && window.percentile(percentile ?? PERCENTILE) > threshold
    }
  },
  error_rate: ({ threshold, window_seconds }, intervalSeconds) => {
    const seconds = window_seconds ?? WINDOW_SECONDS
    const needed = checksMin(seconds, intervalSeconds * 1_000)
    const checks: { at: number; isDown: boolean }[] = []
    let first = 0
    let failed = 0
    return ({ at, status }) => {
      checks.push({ at, isDown: status === 'down' })
      if (status === 'down') failed++
      for (let oldest = checks[first]; oldest && oldest.at <= at - seconds * 1_000; oldest = checks[++first])
        if (oldest.isDown) failed--
      if (first > checks.length / 2) first -= checks.splice(0, first).length
      const count = checks.length - first
      return count >= needed && (100 * failed) / count >= threshold
    }
  },
  tls_expiry:
    ({ threshold }) =>
    ({ at, tlsExpiresAt }) =>
      tlsExpiresAt == null ? undefined : expiryStep(threshold, Math.floor((tlsExpiresAt - at) / DAY_MS)) !== undefined,
}

function inARow(threshold: number, counts: (check: EvaluatedCheck) => boolean): Fires {
  let count = 0
  return check => {
    count = counts(check) ? count + 1 : 0
    return count >= threshold
  }
}
