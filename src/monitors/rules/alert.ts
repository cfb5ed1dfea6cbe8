import { formatCount } from '../../../text/numbers'
import type { RaiseItem } from '../../alerts'
import type { Labels } from '../../contract/matchers'
import type { Firing } from './firing-store'
import type { RuleRow } from './rule-store'

/** What an alert says of its monitor. */
export interface Subject {
  id: string
  tenantId: string
  name: string
  labels: Labels
}

/** Why a rule fires. */
export interface Trigger {
  /** The value that is over the threshold. */
  value: number
  /** Why the last check failed, if it did. */
  error: string | null
  /** Of `tls_expiry`: the step that was reached, in days. */
  withinDays?: number
}

/** The labels of an alert; those of the monitor cannot replace ours. */
const labelsOf = (rule: RuleRow, monitor: Subject, { withinDays }: Trigger): Labels => ({
  ...monitor.labels,
  alertname: rule.name,
  severity: rule.severity,
  monitor: monitor.name,
  monitor_id: monitor.id,
  ...(withinDays !== undefined && { within_days: String(withinDays) }),
})

/** What a rule raises for a monitor. */
export const firingOf = (rule: RuleRow, monitor: Subject, trigger: Trigger): Firing => ({
  monitor_id: monitor.id,
  rule_id: rule.id,
  tenant_id: monitor.tenantId,
  labels: labelsOf(rule, monitor, trigger),
  annotations: {
    summary: `${monitor.name} ${summaryOf(rule, trigger)}`,
    ...(trigger.error && { description: trigger.error }),
    rule_id: rule.id,
    trigger_value: String(Math.round(trigger.value * 100) / 100),
  },
})

export const raiseItem = ({ tenant_id, labels, annotations, monitor_id }: Firing): RaiseItem => ({
  does: 'raise',
  tenantId: tenant_id,
  source: 'monitors',
  labels,
  annotations,
  links: { Monitor: `/monitors/${monitor_id}` },
})

export const resolveItem = ({ tenant_id, labels }: Firing, resolvedBy?: 'disabled'): RaiseItem => ({
  does: 'resolve',
  tenantId: tenant_id,
  source: 'monitors',
  labels,
  ...(resolvedBy && { resolvedBy }),
})

function summaryOf({ type, threshold, percentile, window_seconds }: RuleRow, { value }: Trigger): string {
  const rounded = formatCount(Math.round(value))
  const window = `the last ${formatCount(window_seconds ?? 0)} s`
  switch (type) {
    case 'consecutive_failures':
      return `failed ${rounded} ${value === 1 ? 'check' : 'checks in a row'}`
    case 'latency_over':
      return `is slow: p${percentile} of ${window} is ${rounded} ms, over ${threshold} ms`
    case 'error_rate':
      return `failed ${rounded} % of the checks of ${window}`
    case 'tls_expiry':
      return value < 0 ? 'has a certificate that has expired' : `has a certificate that expires in ${rounded} days`
    case 'missed_heartbeat':
      return `missed ${value === 1 ? 'a heartbeat' : `${rounded} heartbeats`}`
  }
}
