import type { Labels } from '../../contract/matchers'

/** The value of a label; a missing one equals the empty value. Names such as `constructor` are no labels by themselves. */
export const labelOf = (labels: Labels, name: string): string =>
  Object.hasOwn(labels, name) ? (labels[name] as string) : ''

/** Whether a text can be the name of a label: any UTF-8 (Alertmanager since 0.27). */
export const isLabelName = (name: string) => name !== '' && name.isWellFormed()

/**
 * What is wrong with the names and values of labels or annotations, in Alertmanager's words.
 * @returns nothing when they are fine
 */
export function faultOfLabels(labels: Labels): string | undefined {
  for (const name of Object.keys(labels)) {
    if (!isLabelName(name)) return `invalid name ${JSON.stringify(name)}`
    const value = labels[name] as string
    if (!value.isWellFormed()) return `invalid value ${JSON.stringify(value)}`
  }
  return undefined
}

/** The same labels without those whose value is empty, which are no labels. */
export function withoutEmpty(labels: Labels): Labels {
  for (const name of Object.keys(labels))
    if (labels[name] === '') return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''))
  return labels
}

const SURROGATES_FROM = 0xd800
const SURROGATES_TO = 0xdfff

/** Order of texts by the bytes of their UTF-8, as Go sorts. In UTF-16, surrogates are below U+E000 to U+FFFF. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

const rank = (unit: number) => (unit >= SURROGATES_FROM && unit <= SURROGATES_TO ? unit + 0x10000 : unit)

/** Names of labels in the order of their bytes. */
export const sortedNames = (labels: Labels): string[] => Object.keys(labels).sort(compareBytes)
