import type { Audit } from '../../access'
import { type Endpoint, endpoint, ok } from '../../api'
import type { Db } from '../../base/db'
import { badRequest, notFound } from '../../base/errors'
import { alertRoutes as routes } from '../../contract/alerts'
import type { Rule, RuleDefaults } from './condition'
import { readRuleSettings, writeRuleSetting } from './rule-store'
import { ruleOf } from './rules'

interface Deps {
  db: Db
  audit: Audit
  /** Of all areas. */
  rules(): readonly RuleDefaults[]
}

/** The rules of the platform itself, and what a tenant sets for them. */
export function ruleRoutes({ db, audit, rules }: Deps): Endpoint[] {
  return [
    endpoint(routes.rules, async ({ principal: { tenantId } }) => {
      const settings = await readRuleSettings(db, tenantId)
      return ok({ items: rules().map(rule => shown(ruleOf(rule, tenantId, settings))) })
    }),
    endpoint(routes.changeRule, async ({ principal, params: { name }, body }) => {
      const rule = rules().find(each => each.name === name)
      if (!rule) throw notFound('rule')
      refuseUnused(rule, body)
      const { enabled = null, severity = null, threshold = null, window_seconds = null } = body
      const { tenantId } = principal
      const settings = await db.transaction(async trx => {
        await writeRuleSetting(trx, { tenant_id: tenantId, name, enabled, severity, threshold, window_seconds })
        const target = { type: 'alert_rule', id: name }
        await audit.record({ by: principal, action: 'alert_rule.update', target, data: body }, trx)
        return readRuleSettings(trx, tenantId)
      })
      return ok(shown(ruleOf(rule, tenantId, settings)))
    }),
  ]
}

/** @throws Problem 400 for numbers that the rule does not have */
function refuseUnused(rule: RuleDefaults, body: { threshold?: unknown; window_seconds?: unknown }): void {
  const unused = {
    threshold: body.threshold !== undefined && rule.threshold === null,
    window_seconds: body.window_seconds !== undefined && rule.windowSeconds === null,
  }
  const names = Object.entries(unused).flatMap(([name, isUnused]) => (isUnused ? [name] : []))
  if (names.length)
    throw badRequest(names.map(name => ({ path: `body.${name}`, message: `The rule ${rule.name} does not use it.` })))
}

const shown = ({ name, source, summary, enabled, severity, threshold, windowSeconds }: Rule) => ({
  ...{ name, source, summary, enabled, severity, threshold },
  window_seconds: windowSeconds,
})
