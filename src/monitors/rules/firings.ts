import type { Raises } from '../../alerts'
import type { Transaction } from '../../base/db'
import type { Labels } from '../../contract/matchers'
import { raiseItem, resolveItem } from './alert'
import { deleteFirings, type Firing, firingsOf, firingsOfRule, storeFirings } from './firing-store'
import type { RuleValues } from './rule-store'
import { selects } from './selects'

type Apply = Pick<Raises, 'apply'>

/** Resolves the alerts of monitors that are no longer checked. */
export async function resolveFirings(trx: Transaction, raises: Apply, monitorIds: readonly string[]): Promise<void> {
  await end(trx, raises, await firingsOf(trx, monitorIds))
}

/**
 * Lets the alerts of a rule go on after a change, under its new name and severity; those that it has no reason for any more are
 * resolved, and those of another threshold are evaluated with the next check.
 */
export async function settleRule(
  trx: Transaction,
  raises: Apply,
  rule: RuleValues,
  labelsOf: ReadonlyMap<string, Labels>,
): Promise<void> {
  const firings = await firingsOfRule(trx, rule.id)
  const goesOn = ({ monitor_id }: Firing) => {
    const labels = labelsOf.get(monitor_id)
    return rule.enabled && labels !== undefined && selects(rule.monitors, { id: monitor_id, labels })
  }
  await end(
    trx,
    raises,
    firings.filter(firing => !goesOn(firing)),
  )
  const { name, severity } = rule
  await relabel(trx, raises, firings.filter(goesOn), ({ labels }) => ({ ...labels, alertname: name, severity }))
}

/** Resolves all alerts of a rule that is deleted. */
export async function resolveRule(trx: Transaction, raises: Apply, ruleId: string): Promise<void> {
  await end(trx, raises, await firingsOfRule(trx, ruleId))
}

/** Gives the alerts of monitors that were changed their new names and labels. */
export async function relabelFirings(
  trx: Transaction,
  raises: Apply,
  monitors: readonly { id: string; name: string; labels: Labels }[],
): Promise<void> {
  const byId = new Map(monitors.map(monitor => [monitor.id, monitor]))
  await relabel(trx, raises, await firingsOf(trx, [...byId.keys()]), firing => {
    const monitor = byId.get(firing.monitor_id)
    const { alertname = '', severity = '', within_days } = firing.labels
    return {
      ...monitor?.labels,
      ...{ alertname, severity, monitor: monitor?.name ?? '', monitor_id: firing.monitor_id },
      ...(within_days !== undefined && { within_days }),
    }
  })
}

async function relabel(
  trx: Transaction,
  raises: Apply,
  firings: readonly Firing[],
  labelsOf: (firing: Firing) => Labels,
) {
  const changed = firings.flatMap(firing => {
    const labels = { ...labelsOf(firing) }
    return sortedText(labels) === sortedText(firing.labels) ? [] : [{ firing, renamed: { ...firing, labels } }]
  })
  if (!changed.length) return
  await storeFirings(
    trx,
    changed.map(({ renamed }) => renamed),
  )
  await raises.apply(
    trx,
    changed.flatMap(({ firing, renamed }) => [resolveItem(firing), raiseItem(renamed)]),
  )
}

const sortedText = (labels: Labels) => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))

async function end(trx: Transaction, raises: Apply, firings: readonly Firing[]) {
  if (!firings.length) return
  await deleteFirings(trx, firings)
  await raises.apply(
    trx,
    firings.map(firing => resolveItem(firing, 'disabled')),
  )
}
