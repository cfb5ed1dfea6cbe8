import { RE2JS, type RE2JSSyntaxException } from 're2js'
import { messageOf } from '../../base/errors'
import { Lru } from '../../base/lru'
import { MatcherError } from './matcher-error'
import { sizeOfPattern } from './pattern-size'

export type Pattern = (value: string) => boolean

/** Compiled patterns kept; more are compiled again each time. */
const PATTERNS_MAX = 2_000
/** Parts of a compiled pattern: larger ones would take too long to compile and to match. */
const SIZE_MAX = 4_000
const compiled = new Lru<string, Pattern>(PATTERNS_MAX)

/** `web-1|web-2`: nothing but characters that stand for themselves. */
const ALTERNATIVES = /^[\w:/@ -]+(\|[\w:/@ -]+)*$/
/** What every match of a pattern without alternatives begins with. */
const PREFIX = /^[\w:/@ -]+(?![*?{])(?=[^|]*$)/

/**
 * A regular expression of RE2 that must match the whole value, as in Prometheus and Alertmanager. Takes linear time.
 * @throws MatcherError with Go's text: `error parsing regexp: ...`
 */
export function patternOf(source: string): Pattern {
  const known = compiled.get(source)
  if (known) return known
  const pattern = compile(source)
  compiled.set(source, pattern)
  return pattern
}

function compile(source: string): Pattern {
  const literals = alternativesOf(source)
  if (literals) {
    const values = new Set(literals)
    return value => values.has(value)
  }
  const expression = parsed(source)
  const prefix = PREFIX.exec(source)?.[0] ?? ''
  return value => value.startsWith(prefix) && expression.test(value)
}

function parsed(source: string): RE2JS {
  if (sizeOfPattern(source) > SIZE_MAX)
    throw new MatcherError(`error parsing regexp: expression too large: \`${source}\``)
  try {
    return RE2JS.compile(`^(?:${source})$`)
  } catch (error) {
    throw new MatcherError(messageOf(error as RE2JSSyntaxException))
  }
}

/** The values that a pattern matches, if it is nothing but their list. */
export const alternativesOf = (source: string): string[] | undefined =>
  ALTERNATIVES.test(source) ? source.split('|') : undefined
