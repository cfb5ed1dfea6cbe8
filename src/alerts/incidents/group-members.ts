import type { Labels } from '../../contract/matchers'
import type { OpenAlert, TenantAlerts } from '../occurrences'
import type { CompiledRouting, RouteEnd } from '../routing'

/** Identifies a group: its route and Alertmanager's key, which routes with the same matchers share. */
export const keyOf = (routeKey: string, groupKey: string) => `${routeKey} ${groupKey}`
export const keyOfEnd = ({ route, groupKey }: RouteEnd) => keyOf(route.key, groupKey)

interface Members {
  end: RouteEnd
  alerts: Map<string, OpenAlert>
}

/**
 * Which open alerts of a tenant belong to which group, in memory: it follows from their labels and the routes, so it is
 * not stored.
 */
export class GroupMembers {
  private readonly groups = new Map<string, Members>()
  private readonly keys = new Map<string, string[]>()
  private routingVersion = -1
  /** What has been taken over, and up to which revision. */
  private alerts: TenantAlerts | undefined
  private revision = 0

  /** Takes over what has changed since the last call. */
  update(alerts: TenantAlerts, routing: CompiledRouting): void {
    const isAnew = this.routingVersion !== routing.version
    if (isAnew) this.clear()
    const changed = !isAnew && alerts === this.alerts ? alerts.changedSince(this.revision) : undefined
    this.routingVersion = routing.version
    this.alerts = alerts
    this.revision = alerts.revision
    for (const id of changed ?? this.keys.keys()) if (!alerts.byId(id)) this.remove(id)
    const candidates = changed ? [...changed].flatMap(id => alerts.byId(id) ?? []) : alerts.all()
    for (const alert of candidates) this.put(alert, routing)
  }

  /** The open alerts of a group by id; none: no route leads to it now. */
  of(key: string): ReadonlyMap<string, OpenAlert> {
    return this.groups.get(key)?.alerts ?? NONE
  }

  /** Of the groups of an open alert. */
  keysOf(alertId: string): readonly string[] {
    return this.keys.get(alertId) ?? []
  }

  endOf(key: string): RouteEnd | undefined {
    return this.groups.get(key)?.end
  }

  /** Groups that have open alerts. */
  ends(): Iterable<[string, RouteEnd]> {
    return [...this.groups].map(([key, { end }]) => [key, end])
  }

  private put(alert: OpenAlert, routing: CompiledRouting) {
    const known = this.keys.get(alert.id)
    if (known) {
      // A change of the same occurrence: only its annotations and times are new.
      for (const key of known) this.groups.get(key)?.alerts.set(alert.id, alert)
      return
    }
    const keys = routing.ends(alert.labels).map(end => this.join(end, alert))
    this.keys.set(alert.id, keys)
  }

  private join(end: RouteEnd, alert: OpenAlert): string {
    const key = keyOfEnd(end)
    const members = this.groups.get(key) ?? { end, alerts: new Map() }
    this.groups.set(key, members)
    members.alerts.set(alert.id, alert)
    return key
  }

  private remove(id: string) {
    for (const key of this.keys.get(id) ?? []) {
      const members = this.groups.get(key)
      members?.alerts.delete(id)
      if (members?.alerts.size === 0) this.groups.delete(key)
    }
    this.keys.delete(id)
  }

  private clear() {
    this.groups.clear()
    this.keys.clear()
  }
}

const NONE: ReadonlyMap<string, OpenAlert> = new Map()

/** What open and stored alerts have in common. */
export interface AlertFacts {
  id: string
  fingerprint: string
  labels: Labels
  annotations: Labels
  links: Labels
}
