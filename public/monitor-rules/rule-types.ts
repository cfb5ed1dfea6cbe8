import type { RuleType } from '../../src/contract/monitor-rules'

interface RuleTypeInfo {
  title: string
  /** What the threshold is called in a form, with its unit. */
  threshold: string
  /** The threshold of a new rule. */
  usual: number
  min: number
  max?: number
  /** What the rule looks back on, if it does. */
  hasWindow?: true
  hasPercentile?: true
  hint: string
}

export const RULE_TYPE_INFO: Record<RuleType, RuleTypeInfo> = {
  consecutive_failures: {
    title: 'Down',
    threshold: 'Failures in a row',
    usual: 3,
    min: 1,
    hint: 'Fires when so many checks in a row have failed, and is resolved by the next that passes.',
  },
  latency_over: {
    title: 'Slow',
    threshold: 'Longer than, in ms',
    usual: 1_000,
    min: 1,
    hasWindow: true,
    hasPercentile: true,
    hint: 'Fires when this percentile of the latency is higher. Failed checks do not count.',
  },
  error_rate: {
    title: 'Failing often',
    threshold: 'Failed checks, in %',
    usual: 20,
    min: 0.1,
    max: 100,
    hasWindow: true,
    hint: 'Fires when so many of the checks have failed, in a row or not.',
  },
  tls_expiry: {
    title: 'Certificate expires',
    threshold: 'Days before',
    usual: 30,
    min: 1,
    hint: 'Fires so long before a certificate expires, and again 14, 7 and 1 days before.',
  },
  missed_heartbeat: {
    title: 'Heartbeat missed',
    threshold: 'Heartbeats in a row',
    usual: 1,
    min: 1,
    hint: 'Fires when so many heartbeats in a row did not come. Only for monitors that wait for them.',
  },
}
