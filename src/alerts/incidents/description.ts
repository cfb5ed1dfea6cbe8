import type { Severity } from '../../contract/alerts'
import type { Labels } from '../../contract/matchers'
import { SEVERITIES } from '../../contract/values'

/** An alert as far as an incident is described by it. */
export interface Described {
  labels: Labels
  annotations: Labels
  links: Labels
}

/** What an incident shows of its firing alerts. */
export interface Description {
  title: string
  severity: Severity | null
  commonLabels: Labels
  commonAnnotations: Labels
  links: Labels
}

const TITLE_MAX = 200
/** Group labels in a title. */
const SHOWN_MAX = 3
/** They tell where it is, the most telling one first; others follow by name. */
const TELLING = ['service', 'job', 'cluster', 'instance', 'host', 'monitor', 'queue', 'kind', 'namespace', 'team']

/**
 * Describes an incident by its alerts, of which there is at least one, and the labels of their group.
 * @param before of other alerts that still fire
 */
export function describe(
  alerts: Iterable<Described>,
  groupLabels: Labels,
  before?: Omit<Description, 'title'>,
): Description {
  let labels = before?.commonLabels
  let annotations: Labels = before?.commonAnnotations ?? {}
  let links: Labels = before?.links ?? {}
  let rank: number = rankOf({ severity: before?.severity ?? '' })
  for (const alert of alerts) {
    rank = Math.min(rank, rankOf(alert.labels))
    annotations = labels ? shared(annotations, alert.annotations) : alert.annotations
    links = labels ? shared(links, alert.links) : alert.links
    labels = labels ? shared(labels, alert.labels) : alert.labels
  }
  const common = labels ?? {}
  return {
    title: titleOf(common, annotations, groupLabels),
    severity: SEVERITIES[rank] ?? null,
    commonLabels: common,
    commonAnnotations: annotations,
    links,
  }
}

/** Severities other than ours count as none. */
function rankOf({ severity = '' }: Labels): number {
  const rank = (SEVERITIES as readonly string[]).indexOf(severity)
  return rank < 0 ? SEVERITIES.length : rank
}

/** The entries that both have. Returns `a` itself when that is all of them. */
function shared(a: Labels, b: Labels): Labels {
  if (a === b) return a
  const names = Object.keys(a)
  const kept = names.filter(name => a[name] === b[name])
  return kept.length === names.length ? a : Object.fromEntries(kept.map(name => [name, a[name] ?? '']))
}

/** The name with the summary that all alerts share, or else with the labels that tell where it is. */
function titleOf(common: Labels, annotations: Labels, groupLabels: Labels): string {
  const summary = annotations.summary?.trim()
  const name = groupLabels.alertname ?? common.alertname
  if (summary) return cut([name, summary].filter(Boolean).join(': '))
  const names = Object.keys(groupLabels).filter(each => each !== 'alertname' && each !== 'severity')
  const telling = names.sort((a, b) => tellingRank(a) - tellingRank(b) || (a < b ? -1 : 1)).slice(0, SHOWN_MAX)
  const where = telling.map(each => `${each}=${groupLabels[each]}`).join(', ')
  return cut([name, where].filter(Boolean).join(' · ') || 'Alerts')
}

const tellingRank = (name: string) => (TELLING.includes(name) ? TELLING.indexOf(name) : TELLING.length)

const cut = (text: string) => {
  const line = text.replace(/\s+/g, ' ').replaceAll('\0', '\ufffd')
  return line.length > TITLE_MAX ? `${line.slice(0, TITLE_MAX - 1).toWellFormed()}…` : line
}
