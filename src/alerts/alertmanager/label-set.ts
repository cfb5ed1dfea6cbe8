import type { Labels } from '../../contract/matchers'
import { compareBytes, isLabelName } from '../matching'

/** Alert text comes from anywhere: more than this is nobody's label. */
const LABELS_MAX = 128
const NAME_CHARS_MAX = 1_024
const VALUE_CHARS_MAX = 32 * 1024

/**
 * Any UTF-8 can be a name (Alertmanager since 0.27). Only what has nothing but the characters of classic names and still is
 * none, such as `1bad`, is taken for a mistake, as in 0.25.
 */
const isName = (name: string) => isLabelName(name) && !/^\d\w*$/.test(name)

/** What is wrong with labels or annotations; undefined: nothing. */
export function faultOfSet(labels: Labels): string | undefined {
  let count = 0
  for (const name in labels) {
    const value = labels[name] as string
    if (!isName(name)) return `invalid name ${JSON.stringify(name)}`
    if (!value.isWellFormed()) return `invalid value ${JSON.stringify(value)}`
    if (name.length > NAME_CHARS_MAX) return `name ${JSON.stringify(name.slice(0, 20))}... is too long`
    if (value.length > VALUE_CHARS_MAX) return `value of ${JSON.stringify(name)} is too long`
    count++
  }
  return count > LABELS_MAX ? `more than ${LABELS_MAX} names` : undefined
}

/** The same set without empty values, which are no labels, and in the order of its names, as it is shown. */
export function withoutEmpty(labels: Labels): Labels {
  let last = ''
  for (const name in labels) {
    if (labels[name] === '' || compareBytes(last, name) > 0)
      return Object.fromEntries(
        Object.entries(labels)
          .filter(([, value]) => value !== '')
          .sort(([a], [b]) => compareBytes(a, b)),
      )
    last = name
  }
  return labels
}
