import type { Labels } from '../../contract/matchers'
import { compareBytes, labelOf, sortedNames } from '../matching'
import type { OpenAlert } from '../occurrences'

/** The alerts of one route with the same group labels. */
export interface AlertGroup {
  labels: Labels
  receiver: string
  alerts: OpenAlert[]
}

/** Sorted names of label sets, which never change. */
const names = new WeakMap<Labels, readonly string[]>()

function namesOf(labels: Labels): readonly string[] {
  const known = names.get(labels) ?? sortedNames(labels)
  names.set(labels, known)
  return known
}

/** Order of label sets (prometheus/common, `LabelSet.Before`): fewer first; without a name before with it; by value. */
export function compareLabels(a: Labels, b: Labels): number {
  const [namesOfA, namesOfB] = [namesOf(a), namesOf(b)]
  if (namesOfA.length !== namesOfB.length) return namesOfA.length - namesOfB.length
  for (const [i, name] of namesOfA.entries()) {
    const other = namesOfB[i] as string
    if (name !== other) return -compareBytes(name, other)
    if (a[name] !== b[name]) return compareBytes(a[name] as string, b[name] as string)
  }
  return 0
}

/** Groups by their labels, then by receiver. */
export const compareGroups = (a: AlertGroup, b: AlertGroup) =>
  compareLabels(a.labels, b.labels) || compareBytes(a.receiver, b.receiver)

/** Labels by which the alerts of a group are ordered before the others; alerts without them come last. */
const FIRST_LABELS = ['job', 'instance']

/** Alerts of a group (`types.AlertSlice`): by job, instance, then all labels. */
export function compareAlerts({ labels: a }: OpenAlert, { labels: b }: OpenAlert): number {
  for (const name of FIRST_LABELS) {
    const [valueOfA, valueOfB] = [labelOf(a, name), labelOf(b, name)]
    if (valueOfA === valueOfB) continue
    if (valueOfA === '') return 1
    return valueOfB === '' ? -1 : compareBytes(valueOfA, valueOfB)
  }
  return compareLabels(a, b)
}
