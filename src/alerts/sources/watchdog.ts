import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { AlertRoute } from '../../contract/alert-routes'
import type { Labels } from '../../contract/matchers'
import type { OpenAlert, Raises, TenantAlerts } from '../occurrences'
import type { CompiledRoute, CompiledRouting } from '../routing'
import type { Rule, RuleDefaults } from './condition'
import {
  deleteExpectation,
  type Expectation,
  expectationsOf,
  expectingTenants,
  markOf,
  storeExpectation,
} from './watchdog-store'

export const watchdogMissing: RuleDefaults = {
  name: 'WatchdogMissing',
  source: 'alerts',
  summary: 'The alerts of a route with `expect_every_seconds` have stopped coming.',
  severity: 'critical',
  threshold: null,
  windowSeconds: null,
}

export interface WatchdogDeps {
  db: Db
  log: Log
  openAlerts: { of(tenantId: string): Promise<TenantAlerts> }
  routing: { of(tenantId: string): Promise<CompiledRouting> }
  raises: Pick<Raises, 'raise' | 'resolve'>
  rule(tenantId: string): Promise<Rule>
  clock: () => Date
}

const LOOK_MS = 5_000
const TENANTS_MAX = 1_000

/**
 * Raises an alert when those of a route with `expect_every_seconds` have stopped coming, such as a Watchdog of
 * Prometheus that always fires. Every process with workers looks; doing it twice changes nothing.
 */
export class Watchdog implements Part {
  readonly name = 'alert watchdog'
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> | undefined

  constructor(private readonly deps: WatchdogDeps) {}

  async start() {
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => {
        this.looking = undefined
      })
    }, LOOK_MS)
    this.timer.unref()
  }

  async stop() {
    clearInterval(this.timer)
    await this.looking
  }

  private async look() {
    try {
      for (const tenantId of await expectingTenants(this.deps.db, TENANTS_MAX)) await this.check(tenantId)
    } catch (error) {
      logRetryable(this.deps.log, 'Cannot check expected alerts, will retry')(error)
    }
  }

  /** Compares what is expected of a tenant's alerts with what comes. */
  async check(tenantId: string): Promise<void> {
    const { db, openAlerts, routing, raises } = this.deps
    const rule = await this.deps.rule(tenantId)
    const compiled = await routing.of(tenantId)
    const expecting = compiled.routes.filter(route => route.expectEveryMs !== null)
    const stored = await expectationsOf(db, tenantId)
    const alerts = expecting.length ? (await openAlerts.of(tenantId)).all() : []
    const byRoute = alertsByRoute(alerts, compiled)
    for (const route of expecting)
      await this.checkRoute(rule, compiled, route, byRoute.get(route.key) ?? [], stored.get(route.key))
    for (const { routeKey, raised } of stored.values()) {
      if (expecting.some(({ key }) => key === routeKey)) continue
      if (raised) await raises.resolve({ tenantId, source: rule.source, labels: raised, resolvedBy: 'disabled' })
      await deleteExpectation(db, tenantId, routeKey)
    }
  }

  private async checkRoute(
    rule: Rule,
    compiled: CompiledRouting,
    route: CompiledRoute,
    alerts: readonly OpenAlert[],
    before: Expectation | undefined,
  ) {
    const { db, raises, clock } = this.deps
    const { tenantId, source, enabled } = rule
    const now = clock().getTime()
    const ids = alerts.map(({ id }) => id)
    const mark = await markOf(db, tenantId, ids)
    const seenAt = lastSeen(alerts, mark, before, now)
    const isMissing = enabled && now - seenAt > (route.expectEveryMs ?? 0)
    const raised = isMissing ? asBefore(before?.raised, labelsOf(rule, compiled, route)) : null
    if (before?.raised && before.raised !== raised) {
      const resolvedBy = enabled ? 'sender' : 'disabled'
      await raises.resolve({ tenantId, source, labels: before.raised, resolvedBy })
    }
    if (raised && raised !== before?.raised)
      await raises.raise({ tenantId, source, labels: raised, annotations: told(route) })
    if (before?.mark === mark && before.seenAt === seenAt && before.raised === raised) return
    await storeExpectation(db, tenantId, { routeKey: route.key, mark, seenAt, raised })
  }
}

/** What fires goes on with the labels that it has, unless its severity is another one now. */
const asBefore = (before: Labels | null | undefined, wanted: Labels): Labels =>
  before && before.severity === wanted.severity ? before : wanted

/** When the alerts of a route last came. A route is given its time from when it begins to expect. */
function lastSeen(alerts: readonly OpenAlert[], mark: string, before: Expectation | undefined, now: number): number {
  // Alerts without an end are not repeated: they are there until they are resolved.
  const isHere = alerts.some(({ endsAt }) => endsAt === null)
  if (isHere || !before || (mark !== '' && before.mark !== mark)) return now
  // Repeats that move no end are known in the process that took them.
  const reported = alerts.reduce((latest, { updatedAt }) => Math.max(latest, updatedAt), 0)
  return Math.min(now, Math.max(before.seenAt, reported))
}

/** By where they end. What the watchdog itself raises is not what it waits for. */
function alertsByRoute(alerts: readonly OpenAlert[], { ends }: CompiledRouting): Map<string, OpenAlert[]> {
  const found = new Map<string, OpenAlert[]>()
  for (const alert of alerts) {
    if (alert.source === watchdogMissing.source && alert.labels.alertname === watchdogMissing.name) continue
    for (const { route } of ends(alert.labels)) {
      const known = found.get(route.key)
      if (known) known.push(alert)
      else found.set(route.key, [alert])
    }
  }
  return found
}

/** The values that the route and those above it ask for, which lead this alert the same way as far as possible. */
function labelsOf({ name: ownName, severity }: Rule, { config }: CompiledRouting, { path }: CompiledRoute): Labels {
  const labels: Record<string, string> = {}
  let route: AlertRoute | undefined = config.route
  for (const index of [...path, -1]) {
    for (const { name, op, value } of route?.matchers ?? []) if (op === '=' && value !== '') labels[name] = value
    route = route?.routes[index]
  }
  const { alertname, ...others } = labels
  return {
    severity,
    ...others,
    ...(alertname && { expected: alertname }),
    route: pathText(path),
    alertname: ownName,
  }
}

const pathText = (path: readonly number[]) => (path.length ? path.join('.') : 'root')

const told = ({ expectEveryMs, path }: CompiledRoute): Labels => ({
  summary: 'Expected alerts have stopped coming',
  description: `No alert of route ${pathText(path)} has come for ${(expectEveryMs ?? 0) / 1_000} seconds. Check the sender and the way from there.`,
})
