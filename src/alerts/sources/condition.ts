import type { AlertSource, Severity } from '../../contract/alerts'
import type { Labels } from '../../contract/matchers'

/** Something that the platform watches itself, and its settings for tenants that have changed nothing. */
export interface RuleDefaults {
  /** Becomes the label `alertname`. */
  name: string
  source: AlertSource
  /** One sentence; says what `threshold` and `windowSeconds` mean. */
  summary: string
  severity: Severity
  threshold: number | null
  windowSeconds: number | null
}

/** A rule as a tenant has it. */
export interface Rule extends RuleDefaults {
  tenantId: string
  enabled: boolean
}

/** A case that a rule applies to: an alert, without the labels `alertname` and `severity`. */
export interface Case {
  tenantId: string
  /** What tells it from the other cases of the rule. */
  labels: Labels
  annotations: Labels
  /** Addresses of what it is about. */
  links: Labels
}

/**
 * What a rule looks for. It is asked again and again: cases that are new raise an alert, and those that are no longer
 * found resolve theirs. So nothing is missed or told twice, whatever crashes.
 */
export interface Condition {
  defaults: RuleDefaults
  /** @param rules of the tenants that have not switched it off */
  find(rules: readonly Rule[]): Promise<Case[]>
}

/** Cases of one rule and tenant beyond this number raise no alerts of their own. */
export const CASES_MAX = 500
