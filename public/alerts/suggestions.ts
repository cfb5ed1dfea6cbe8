import { MATCHER_OPS } from '../../src/contract/values'
import { matcherText } from './matcher-text'

/** The most common values of each label. */
export interface LabelValues {
  name: string
  values: ReadonlyArray<{ value: string; count: number }>
}

export interface Suggestion {
  /** What the field contains once it is chosen. */
  text: string
  note: string
  /** Whether it is a complete matcher. */
  isWhole: boolean
}

const SHOWN_MAX = 8
const STARTED = /^\s*([^\s={}!~,"']+)\s*(=~|!~|!=|=)\s*"?([^"]*)"?$/

/** Names of labels while a name is typed, then the values of that label. */
export function suggestionsFor(text: string, labels: readonly LabelValues[]): Suggestion[] {
  const [, name, op, value = ''] = STARTED.exec(text) ?? []
  if (name === undefined || op === undefined) return names(text.trim().toLowerCase(), labels)
  const known = labels.find(label => label.name === name)?.values ?? []
  const typed = value.toLowerCase()
  return known
    .filter(each => each.value.toLowerCase().includes(typed))
    .slice(0, SHOWN_MAX)
    .map(each => ({
      text: matcherText({ name, op: MATCHER_OPS.find(one => one === op) ?? '=', value: each.value }),
      note: String(each.count),
      isWhole: true,
    }))
}

const names = (typed: string, labels: readonly LabelValues[]): Suggestion[] =>
  typed === ''
    ? []
    : labels
        .filter(({ name }) => name.toLowerCase().includes(typed))
        .slice(0, SHOWN_MAX)
        .map(({ name, values }) => ({ text: `${name}=`, note: `${values.length} values`, isWhole: false }))
