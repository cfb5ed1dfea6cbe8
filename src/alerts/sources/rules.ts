import type { Db } from '../../base/db'
import type { Rule, RuleDefaults } from './condition'
import { type RuleSetting, readRuleSettings } from './rule-store'

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

/** The same with the settings as they are now. */
export const readRule = async (db: Db, defaults: RuleDefaults, tenantId: string): Promise<Rule> =>
  ruleOf(defaults, tenantId, await readRuleSettings(db, tenantId))
