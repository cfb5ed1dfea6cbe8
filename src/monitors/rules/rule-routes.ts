import type { Audit } from '../../access'
import type { Raises } from '../../alerts'
import { created, type Endpoint, endpoint, noContent, ok, type Principal } from '../../api'
import type { Db, Transaction } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import { newId } from '../../base/ids'
import { type MonitorRule, type RuleChange, type RuleInput, ruleRoutes as routes } from '../../contract/monitor-rules'
import type { Writer } from '../../streams'
import { commitChange } from '../monitors/change-effect'
import { allMonitors, findMonitor } from '../monitors/monitor-store'
import { giveDefaultRule } from './default-rule'
import { resolveRule, settleRule } from './firings'
import {
  countRules,
  deleteRule,
  findRule,
  insertRule,
  type ListedRule,
  listRules,
  lockRule,
  type RuleValues,
  updateRule,
} from './rule-store'
import { selects } from './selects'
import { PERCENTILE, thresholdOf, WINDOW_SECONDS } from './thresholds'

export interface RuleRoutesDeps {
  db: Db
  audit: Audit
  raises: Pick<Raises, 'apply'>
  streams: Pick<Writer, 'commit'>
}

/** Limited because each check is compared with every rule. */
const RULES_MAX = 200

export const ruleRoutes = (deps: RuleRoutesDeps): Endpoint[] => [
  listRoute(deps),
  createRoute(deps),
  readRoute(deps),
  updateRoute(deps),
  deleteRoute(deps),
]

const nameTaken = (name: string) => conflict('name_taken', `There is already a rule "${name}".`)

const listRoute = ({ db }: RuleRoutesDeps) =>
  endpoint(routes.list, async ({ principal: { tenantId }, query: { monitor_id, q } }) => {
    await db.transaction(trx => giveDefaultRule(trx, tenantId))
    const monitor = monitor_id === undefined ? undefined : await findMonitor(db, tenantId, monitor_id)
    if (monitor_id !== undefined && !monitor) throw notFound('monitor')
    const found = (await listRules(db, tenantId)).filter(
      rule =>
        (!monitor || selects(rule.monitors, monitor)) &&
        (q === undefined || rule.name.toLowerCase().includes(q.toLowerCase())),
    )
    return ok({ items: found.map(shownRule), next_cursor: null })
  })

const readRoute = ({ db }: RuleRoutesDeps) =>
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) => ok(await readRule(db, tenantId, id)))

async function readRule(db: Db | Transaction, tenantId: string, id: string): Promise<MonitorRule> {
  const found = await findRule(db, tenantId, id)
  if (!found) throw notFound('rule')
  return shownRule(found)
}

const shownRule = ({ tenant_id: _, created_at, updated_at, ...rule }: ListedRule): MonitorRule => ({
  ...rule,
  created_at: created_at.toISOString(),
  updated_at: updated_at.toISOString(),
})

const createRoute = ({ db, audit }: RuleRoutesDeps) =>
  endpoint(routes.create, async ({ principal: by, body }) => {
    const { tenantId } = by
    const values = newRule(by, body)
    const rule = await db.transaction(async trx => {
      await giveDefaultRule(trx, tenantId)
      if ((await countRules(trx, tenantId)) >= RULES_MAX)
        throw conflict('too_many_rules', `There are already ${RULES_MAX} rules: delete some first.`)
      if (!(await insertRule(trx, values))) throw nameTaken(values.name)
      await recordChange(trx, audit, by, 'create', values)
      return readRule(trx, tenantId, values.id)
    })
    return created(rule)
  })

const isWindowed = ({ type }: { type: RuleValues['type'] }) => type === 'latency_over' || type === 'error_rate'

function newRule({ tenantId, actor }: Principal, body: RuleInput): RuleValues {
  return {
    ...{ id: newId(), tenant_id: tenantId, created_by: actor },
    ...{ name: body.name, type: body.type, monitors: body.monitors, threshold: thresholdOf(body) },
    window_seconds: isWindowed(body) ? (body.window_seconds ?? WINDOW_SECONDS) : null,
    percentile: body.type === 'latency_over' ? (body.percentile ?? PERCENTILE) : null,
    severity: body.severity,
    enabled: body.enabled,
  }
}

const updateRoute = ({ audit, raises, streams }: RuleRoutesDeps) =>
  endpoint(routes.update, async ({ principal: by, params: { id }, body }) => {
    const rule = await commitChange(streams, async trx => {
      const before = await lockRule(trx, by.tenantId, id)
      if (!before) throw notFound('rule')
      const after = changedRule(before, body)
      if (!(await updateRule(trx, after))) throw nameTaken(after.name)
      const monitors = await allMonitors(trx, by.tenantId)
      await settleRule(trx, raises, after, new Map(monitors.map(monitor => [monitor.id, monitor.labels])))
      await recordChange(trx, audit, by, 'update', after)
      return { result: await readRule(trx, by.tenantId, id), entries: [] }
    })
    return ok(rule)
  })

function changedRule(before: RuleValues, change: RuleChange): RuleValues {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  const after: RuleValues = { ...before, ...given }
  return {
    ...after,
    window_seconds: isWindowed(after) ? after.window_seconds : null,
    percentile: after.type === 'latency_over' ? after.percentile : null,
  }
}

const deleteRoute = ({ audit, raises, streams }: RuleRoutesDeps) =>
  endpoint(routes.delete, async ({ principal: by, params: { id }, query: { reason } }) => {
    await commitChange(streams, async trx => {
      const rule = await lockRule(trx, by.tenantId, id)
      if (!rule) throw notFound('rule')
      await deleteRule(trx, by.tenantId, id)
      await resolveRule(trx, raises, id)
      await recordChange(trx, audit, by, 'delete', rule, reason)
      return { result: undefined, entries: [] }
    })
    return noContent()
  })

const recordChange = (
  trx: Transaction,
  audit: Audit,
  by: Principal,
  verb: 'create' | 'update' | 'delete',
  { id, name, type, threshold, enabled }: RuleValues,
  reason?: string,
) =>
  audit.record(
    { by, action: `rule.${verb}`, target: { type: 'rule', id }, reason, data: { name, type, threshold, enabled } },
    trx,
  )
