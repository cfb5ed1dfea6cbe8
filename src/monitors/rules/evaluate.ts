import type { RaiseItem } from '../../alerts'
import type { Transaction } from '../../base/db'
import { firingOf, raiseItem, resolveItem } from './alert'
import { deleteFirings, type Firing, firingsOf, storeFirings } from './firing-store'
import { rulesOfTenants } from './rule-store'
import { selects } from './selects'
import { type Checked, triggersOf } from './triggers'

const keyOf = (monitorId: string, ruleId: string) => `${monitorId}/${ruleId}`

/**
 * Evaluates all rules for monitors that have just been checked, and stores what fires from now on.
 * @returns what is to be raised and resolved in the same commit
 */
export async function evaluateRules(trx: Transaction, monitors: readonly Checked[]): Promise<RaiseItem[]> {
  const rules = await rulesOfTenants(trx, [...new Set(monitors.map(({ tenantId }) => tenantId))])
  const pairs = monitors.flatMap(monitor =>
    rules
      .filter(rule => rule.tenant_id === monitor.tenantId && selects(rule.monitors, monitor))
      .map(rule => ({ rule, monitor })),
  )
  if (!pairs.length) return []
  const triggers = await triggersOf(trx, pairs)
  const found = await firingsOf(
    trx,
    monitors.map(({ id }) => id),
  )
  const firings = new Map(found.map(firing => [keyOf(firing.monitor_id, firing.rule_id), firing]))
  const begun: Firing[] = []
  const over: Firing[] = []
  const items: RaiseItem[] = []
  for (const [i, { rule, monitor }] of pairs.entries()) {
    const trigger = triggers[i]
    if (trigger === 'unchanged') continue
    const firing = firings.get(keyOf(monitor.id, rule.id))
    const now = trigger && firingOf(rule, monitor, trigger)
    if (firing && now && isSame(firing.labels, now.labels)) continue
    if (firing) items.push(resolveItem(firing))
    if (now) {
      items.push(raiseItem(now))
      begun.push(now)
    } else if (firing) over.push(firing)
  }
  await storeFirings(trx, begun)
  await deleteFirings(trx, over)
  return items
}

/** Whatever the order of the names. */
const isSame = (a: Firing['labels'], b: Firing['labels']) =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([name, value]) => b[name] === value)
