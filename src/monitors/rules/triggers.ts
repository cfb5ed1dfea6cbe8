import type { Transaction } from '../../base/db'
import type { Check } from '../../contract/checks'
import type { MonitorType } from '../../contract/monitor-settings'
import type { Subject, Trigger } from './alert'
import type { RuleRow } from './rule-store'
import { checksMin, expiryStep, PERCENTILE, WINDOW_SECONDS } from './thresholds'
import { countMissed, type Measured, measure } from './trigger-store'

/** A monitor that has just been checked. */
export interface Checked extends Subject {
  type: MonitorType
  intervalMs: number
  /** Checks in a row that failed. */
  failures: number
  check: Pick<Check, 'checked_at' | 'status' | 'tls' | 'error'>
}

export interface Pair {
  rule: RuleRow
  monitor: Checked
}

/** Why each rule fires for its monitor now; undefined: it does not; `unchanged`: nothing new is known. */
export async function triggersOf(
  trx: Transaction,
  pairs: readonly Pair[],
): Promise<(Trigger | 'unchanged' | undefined)[]> {
  const windowed = pairs.filter(({ rule: { type } }) => type === 'latency_over' || type === 'error_rate')
  const measured = await measure(trx, windowed.map(windowOf))
  const byPair = new Map(windowed.map((pair, i) => [pair, measured[i]]))
  const missed = await countMissed(trx, ...missedOf(pairs))
  return pairs.map(pair => triggerOf(pair, byPair.get(pair), missed.get(pair.monitor.id) ?? 0))
}

function triggerOf(pair: Pair, measured: Measured | undefined, missed: number): Trigger | 'unchanged' | undefined {
  const { rule, monitor } = pair
  switch (rule.type) {
    case 'consecutive_failures':
      return over(rule, monitor, monitor.failures)
    case 'latency_over':
    case 'error_rate':
      return ofWindow(pair, measured)
    case 'tls_expiry':
      return ofCertificate(pair)
    case 'missed_heartbeat':
      return over(rule, monitor, missed)
  }
}

const windowOf = ({ rule, monitor }: Pair) => ({
  monitorId: monitor.id,
  until: new Date(monitor.check.checked_at),
  seconds: rule.window_seconds ?? WINDOW_SECONDS,
  percentile: rule.percentile ?? PERCENTILE,
})

function missedOf(pairs: readonly Pair[]): [monitorIds: string[], max: number] {
  const own = pairs.filter(({ rule, monitor }) => rule.type === 'missed_heartbeat' && monitor.type === 'push')
  const ids = [...new Set(own.map(({ monitor }) => monitor.id))]
  return [ids, Math.max(1, ...own.map(({ rule }) => Math.ceil(rule.threshold)))]
}

const over = ({ threshold }: RuleRow, { check }: Checked, value: number): Trigger | undefined =>
  value >= threshold ? { value, error: check.error?.message ?? null } : undefined

function ofWindow({ rule, monitor }: Pair, measured: Measured | undefined): Trigger | undefined {
  if (!measured) return undefined
  const { checks, failures, latency_ms } = measured
  const needed = checksMin(rule.window_seconds ?? WINDOW_SECONDS, monitor.intervalMs)
  if (rule.type === 'error_rate') {
    const percent = checks ? (100 * failures) / checks : 0
    return checks >= needed ? over(rule, monitor, percent) : undefined
  }
  const isOver = checks - failures >= needed && latency_ms !== null && latency_ms > rule.threshold
  return isOver ? { value: latency_ms, error: null } : undefined
}

/** A check that failed before it saw a certificate says nothing about it. */
function ofCertificate({ rule, monitor: { check } }: Pair): Trigger | 'unchanged' | undefined {
  if (!check.tls) return check.status === 'up' ? undefined : 'unchanged'
  const { days_left } = check.tls
  const withinDays = expiryStep(rule.threshold, days_left)
  return withinDays === undefined ? undefined : { value: days_left, error: null, withinDays }
}
