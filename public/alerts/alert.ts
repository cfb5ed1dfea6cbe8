import type { AlertItem, Mutes } from '../../src/contract/alerts'
import type { Labels } from '../../src/contract/matchers'
import { SEVERITIES } from '../../src/contract/values'
import { parseUrl } from '../../text/url'

type Named = Pick<AlertItem, 'labels'>

/** What an alert is called: its `alertname`, or else its first label. */
export function nameOf({ labels }: Named): string {
  const [first] = Object.entries(labels)
  return labels.alertname || (first ? `${first[0]}=${first[1]}` : 'alert')
}

/** What it says: the annotation that people write for it. */
export const summaryOf = ({ annotations }: Pick<AlertItem, 'annotations'>): string =>
  annotations.summary || annotations.description || annotations.message || Object.values(annotations)[0] || ''

/** Labels that tell an alert apart, as pairs; those in `known` are left out. */
export const labelPairs = (labels: Labels, known: Labels = {}): Array<[name: string, value: string]> =>
  Object.entries(labels).filter(([name, value]) => name !== 'alertname' && known[name] !== value)

/** Labels that every alert of a list has with the same value. */
export function commonLabels(alerts: readonly Named[]): Labels {
  const [first, ...others] = alerts
  return Object.fromEntries(
    Object.entries(first?.labels ?? {}).filter(([name, value]) => others.every(({ labels }) => labels[name] === value)),
  )
}

/** Urgent first; others last. */
export const severityRank = (severity: string): number => {
  const at = (SEVERITIES as readonly string[]).indexOf(severity)
  return at < 0 ? SEVERITIES.length : at
}

/** Whether anything mutes it. */
export const isMuted = ({ silenced_by, inhibited_by, maintenance }: Mutes): boolean =>
  silenced_by.length + inhibited_by.length + maintenance.length > 0

/** An address from outside, if it is one of the web; null otherwise, so that it is shown as text. */
export const webAddress = (text: string | null): string | null =>
  text !== null && /^https?:\/\//i.test(text) ? parseUrl(text) : null
