import type { AlertFilter } from './alert-filter'
import { type Count, Counter } from './count'
import { candidates } from './label-index'
import { scanNewestFirst } from './scan'
import type { AlertView } from './view'

/** How many labels, and values of each, are listed. */
const LABELS_MAX = 50
const VALUES_MAX = 20
/** Labels with other names are not counted. */
const NAMES_MAX = 1_000

export interface Facets {
  total: number
  states: Count[]
  severities: Count[]
  sources: Count[]
  labels: { name: string; values: Count[] }[]
}

/**
 * Counts the open alerts that pass a filter.
 * @param withLabels whether values of labels are counted, too
 */
export async function countFacets(view: AlertView, filter: AlertFilter, withLabels: boolean): Promise<Facets> {
  const [states, severities, sources] = [new Counter(), new Counter(), new Counter()]
  const labels = new Map<string, Counter>()
  await scanNewestFirst(candidates(view.alerts, filter.matchers), undefined, alert => {
    const state = filter.matches(alert) ? view.stateOf(alert) : undefined
    if (state === undefined || !filter.states.has(state)) return true
    states.add(state)
    severities.add(alert.labels.severity ?? '')
    sources.add(alert.source)
    if (withLabels) addLabels(labels, alert.labels)
    return true
  })
  return {
    total: states.total,
    states: states.top(),
    severities: severities.top(VALUES_MAX),
    sources: sources.top(),
    labels: topLabels(labels),
  }
}

function addLabels(counters: Map<string, Counter>, labels: Readonly<Record<string, string>>): void {
  for (const name in labels) {
    if (!counters.has(name) && counters.size < NAMES_MAX) counters.set(name, new Counter())
    counters.get(name)?.add(labels[name] as string)
  }
}

const topLabels = (counters: Map<string, Counter>) =>
  [...counters]
    .sort(([a, { total: ofA }], [b, { total: ofB }]) => ofB - ofA || (a < b ? -1 : 1))
    .slice(0, LABELS_MAX)
    .map(([name, counter]) => ({ name, values: counter.top(VALUES_MAX) }))
