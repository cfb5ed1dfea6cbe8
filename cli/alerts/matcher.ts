import type { Matcher } from '../../src/contract/matchers'
import { wrongUsage } from '../exit'

const MATCHER = /^\s*("(?:[^"\\]|\\.)*"|[^=!~"{},\s]+)\s*(=~|!~|!=|=)\s*([\s\S]*?)\s*$/

/** Reads `name=value`, with `!=`, `=~` and `!~`; name and value may be quoted. @throws Failure */
export function matcherOf(text: string): Matcher {
  const [, name = '', op = '=', value = ''] = MATCHER.exec(text) ?? []
  if (!name) throw wrongUsage(`A matcher looks like severity=critical, with =, !=, =~ or !~; this does not: ${text}`)
  return { name: unquoted(name, text), op: op as Matcher['op'], value: unquoted(value, text) }
}

function unquoted(part: string, text: string): string {
  if (!part.startsWith('"')) return part
  try {
    return JSON.parse(part) as string
  } catch {
    throw wrongUsage(`A quote or backslash is wrong in ${text}`)
  }
}

/** As it may be typed again. */
export const matcherText = ({ name, op, value }: Matcher) => `${name}${op}${JSON.stringify(value)}`
