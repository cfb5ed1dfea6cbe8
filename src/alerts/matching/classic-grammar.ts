import type { Matcher } from '../../contract/matchers'
import { badFormat, MatcherError } from './matcher-error'

const MATCHER = /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)[\t\n\f\r ]*([\s\S]*?)[\t\n\f\r ]*$/

/**
 * A matcher in the grammar of Alertmanager before 0.27: everything after the operator is the value, with or without
 * double quotes; single quotes and unknown escapes stand for themselves.
 * @throws MatcherError
 */
export function readClassicMatcher(text: string): Matcher {
  const [, name, op, value] = MATCHER.exec(text) ?? []
  if (name === undefined || value === undefined) throw badFormat(text)
  if (!value.isWellFormed()) throw new MatcherError(`matcher value not valid UTF-8: ${value}`)
  return { name, op: op as Matcher['op'], value: classicValue(value) }
}

function classicValue(given: string): string {
  const isQuoted = given.startsWith('"')
  const inner = isQuoted ? given.slice(1) : given
  const [closed = '', quote] = /^((?:[^"\\]|\\[\s\S]|\\$)*)("?)$/.exec(inner)?.slice(1) ?? []
  if (quote === undefined || (quote === '"') !== isQuoted)
    throw new MatcherError(`matcher value contains unescaped double quote: ${given}`)
  return closed.replace(/\\([n"\\])/g, (_, char) => (char === 'n' ? '\n' : char))
}

/** Several, separated by commas outside of quotes, with or without braces. @throws MatcherError */
export const readClassic = (text: string): Matcher[] =>
  partsOf(text.replace(/^\{/, '').replace(/\}$/, '')).map(readClassicMatcher)

/** A comma at the end, with nothing behind it, counts for nothing. */
function partsOf(text: string): string[] {
  const parts: string[] = []
  let [start, isInQuotes, isEscaped] = [0, false, false]
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === '"' && !isEscaped) isInQuotes = !isInQuotes
    isEscaped = char === '\\' && !isEscaped
    if (char !== ',' || isInQuotes) continue
    parts.push(text.slice(start, i))
    start = i + 1
  }
  const rest = text.slice(start).trim()
  return rest === '' ? parts : [...parts, rest]
}
