import type { Rule, RuleDefaults } from './condition'
import type { RuleSetting } from './rule-store'

/** A rule as a tenant has it. */
export function ruleOf(defaults: RuleDefaults, tenantId: string, settings: readonly RuleSetting[]): Rule {
  const own = settings.find(setting => setting.tenant_id === tenantId && setting.name === defaults.name)
  return {
    ...defaults,
    tenantId,
    enabled: own?.enabled ?? true,
    severity: own?.severity ?? defaults.severity,
    threshold: own?.threshold ?? defaults.threshold,
    windowSeconds: own?.window_seconds ?? defaults.windowSeconds,
  }
}
