import type { Labels } from '../../contract/matchers'
import { compareBytes } from '../matching'

/** What Go's `strconv.IsPrint` prints as it is. */
const PRINTED = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u
const ESCAPES: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

/** Labels as Alertmanager writes them in group keys: `{alertname="Flip", team="web"}` (`model.LabelSet.String`). */
export function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${quoted(value)}`)
  return `{${pairs.sort(compareBytes).join(', ')}}`
}

/** What nearly all labels are made of: printable ASCII, without the quote and the backslash. */
const PLAIN = /^[ !#-[\]-~]*$/

/** As Go's `strconv.Quote`. */
export function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  let out = '"'
  for (const character of text) out += ESCAPES[character] ?? (PRINTED.test(character) ? character : escaped(character))
  return `${out}"`
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16)
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`
  return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
}
