import type { Labels } from '../../contract/matchers'
import type { RuleMonitors } from '../../contract/monitor-rules'

/** Whether a rule watches a monitor: one of its ids, or one with all of its labels, or any. */
export function selects({ ids, labels, all }: RuleMonitors, monitor: { id: string; labels: Labels }): boolean {
  if (all || ids?.includes(monitor.id)) return true
  const wanted = Object.entries(labels ?? {})
  return wanted.length > 0 && wanted.every(([name, value]) => monitor.labels[name] === value)
}
