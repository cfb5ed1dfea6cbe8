import { Lru } from '../../base/lru'
import type { Matcher } from '../../contract/matchers'
import { labelOf } from '../matching'
import type { OpenAlert, TenantAlerts } from '../occurrences'
import { countBelow } from './scan'

/** Labels of one tenant that are kept. */
const NAMES_MAX = 8
/** Matchers of one query that are looked at. */
const LOOKED_MAX = 3

/** By tenant and label that was asked for. */
const indexes = new WeakMap<TenantAlerts, Lru<string, LabelIndex>>()

/** The open alerts that matchers can hold for: of those with a value that one of them asks for, the fewest. */
export function candidates(alerts: TenantAlerts, matchers: readonly Matcher[]): Pick<TenantAlerts, 'all'> {
  const asked = matchers.filter(({ op, value }) => op === '=' && value !== '').slice(0, LOOKED_MAX)
  const [first, ...others] = asked.map(({ name, value }) => indexOf(alerts, name).of(value))
  if (!first) return alerts
  const fewest = others.reduce((a, b) => (b.length < a.length ? b : a), first)
  return { all: () => fewest }
}

function indexOf(alerts: TenantAlerts, name: string): LabelIndex {
  const ofTenant = indexes.get(alerts) ?? new Lru<string, LabelIndex>(NAMES_MAX)
  indexes.set(alerts, ofTenant)
  const index = ofTenant.get(name) ?? new LabelIndex(name)
  ofTenant.set(name, index)
  index.update(alerts)
  return index
}

/** The open alerts of a tenant by the value of a label. */
class LabelIndex {
  /** Ascending by id. */
  private readonly byValue = new Map<string, OpenAlert[]>()
  /** By the id of the alert. */
  private readonly values = new Map<string, string>()
  /** Up to which changes have been taken over. */
  private revision = -1

  constructor(private readonly name: string) {}

  of(value: string): readonly OpenAlert[] {
    return this.byValue.get(value) ?? []
  }

  /** Takes over what has changed since the last call. */
  update(alerts: TenantAlerts): void {
    const { revision } = alerts
    if (revision === this.revision) return
    const changed = this.revision < 0 ? undefined : alerts.changedSince(this.revision)
    this.revision = revision
    if (!changed) {
      this.byValue.clear()
      this.values.clear()
      for (const alert of alerts.all()) this.put(alert)
      return
    }
    for (const id of changed) {
      this.remove(id)
      const alert = alerts.byId(id)
      if (alert) this.put(alert)
    }
  }

  private put(alert: OpenAlert): void {
    const value = labelOf(alert.labels, this.name)
    this.values.set(alert.id, value)
    const found = this.byValue.get(value)
    if (found) found.splice(countBelow(found, alert.id), 0, alert)
    else this.byValue.set(value, [alert])
  }

  private remove(id: string): void {
    const value = this.values.get(id)
    const found = value === undefined ? undefined : this.byValue.get(value)
    if (value === undefined || !found) return
    this.values.delete(id)
    found.splice(countBelow(found, id), 1)
    if (!found.length) this.byValue.delete(value)
  }
}
