import type { Labels, Matcher } from '../../src/contract/matchers'

/** Names that need no quotes. */
const BARE_NAME = /^[a-zA-Z_][a-zA-Z0-9_:]*$/
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`
const MATCHER = new RegExp(String.raw`^(${QUOTED}|[^\s={}!~,"']+?)\s*(=~|!~|!=|=)\s*(${QUOTED}|[^"]*)$`, 's')

/** A matcher as the API takes it: `severity="critical"`. */
export const matcherText = ({ name, op, value }: Matcher): string =>
  `${BARE_NAME.test(name) ? name : quoted(name)}${op}${quoted(value)}`

const ESCAPES: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\n': '\\n' }
const quoted = (text: string) => `"${text.replace(/["\\\n]/g, character => ESCAPES[character] ?? character)}"`

/** What is written is a matcher, such as `team=web` or `path=~"/api/.*"`; null if it is other text. */
export function parseMatcher(text: string): Matcher | null {
  const [, name, op, value] = MATCHER.exec(text.trim()) ?? []
  if (name === undefined || op === undefined || value === undefined) return null
  return { name: unquoted(name), op: op as Matcher['op'], value: unquoted(value.trim()) }
}

const unquoted = (text: string) =>
  text.length > 1 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character))
    : text

export const isSameMatcher = (a: Matcher, b: Matcher): boolean =>
  a.name === b.name && a.op === b.op && a.value === b.value

/** RE2, like any regular expression, takes these characters for something else. */
const escapedPattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** More values are no longer readable as alternatives. */
const VALUES_MAX = 20

/**
 * Matchers that cover all of the label sets and as little else as they can: labels that all share, and alternatives for
 * those that all have with few different values.
 */
export function matchersFor(sets: readonly Labels[]): Matcher[] {
  const names = Object.keys(sets[0] ?? {}).filter(name => sets.every(labels => labels[name] !== undefined))
  return names.flatMap((name): Matcher[] => {
    const values = [...new Set(sets.map(labels => labels[name] ?? ''))].sort()
    const [only] = values
    if (values.length === 1) return [{ name, op: '=', value: only ?? '' }]
    if (values.length > VALUES_MAX) return []
    return [{ name, op: '=~', value: values.map(escapedPattern).join('|') }]
  })
}

/**
 * Whether labels meet a matcher. Undefined for a regular expression: only the server evaluates those, in linear time.
 */
export function meets(labels: Labels, { name, op, value }: Matcher): boolean | undefined {
  if (op === '=') return (labels[name] ?? '') === value
  if (op === '!=') return (labels[name] ?? '') !== value
  return undefined
}
