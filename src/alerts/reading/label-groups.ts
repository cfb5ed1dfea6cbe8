import type { AlertGroup } from '../../contract/alerts'
import type { Labels } from '../../contract/matchers'
import { labelOf } from '../matching'
import type { AlertFilter } from './alert-filter'
import { Counter } from './count'
import { candidates } from './label-index'
import { scanNewestFirst } from './scan'
import type { AlertView } from './view'

/** Alerts of further groups are left out, and counted in `total` only. */
const GROUPS_MAX = 20_000

export interface LabelGroups {
  items: AlertGroup[]
  total_groups: number
  total: number
}

/**
 * Counts the open alerts that pass a filter by the values of labels, the largest group first.
 * @param names of the labels; an alert without one is in a group without it
 */
export async function countGroups(
  view: AlertView,
  filter: AlertFilter,
  names: readonly string[],
  limit: number,
): Promise<LabelGroups> {
  const groups = new Map<string, { labels: Labels; severities: Counter }>()
  let total = 0
  await scanNewestFirst(candidates(view.alerts, filter.matchers), undefined, alert => {
    if (!filter.matches(alert) || !filter.states.has(view.stateOf(alert))) return true
    total++
    const key = JSON.stringify(names.map(name => labelOf(alert.labels, name)))
    if (!groups.has(key) && groups.size < GROUPS_MAX)
      groups.set(key, { labels: pick(alert.labels, names), severities: new Counter() })
    groups.get(key)?.severities.add(alert.labels.severity ?? '')
    return true
  })
  const items = [...groups]
    .sort(([a, { severities: ofA }], [b, { severities: ofB }]) => ofB.total - ofA.total || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([, { labels, severities }]) => ({ labels, count: severities.total, severities: severities.top() }))
  return { items, total_groups: groups.size, total }
}

const pick = (labels: Labels, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map(name => [name, labelOf(labels, name)]).filter(([, value]) => value !== ''))
