import { Lru } from '../../base/lru'
import { compilePattern, PatternError } from '../../base/re2'
import { MatcherError } from './matcher-error'
import { isUnusual, plainPattern } from './plain-pattern'

export interface Pattern {
  /** The values it matches, if it is nothing but their list. */
  values: readonly string[] | undefined
  matches(value: string): boolean
}

/** Compiled patterns kept; more are compiled again each time. */
const PATTERNS_MAX = 2_000
const compiled = new Lru<string, Pattern>(PATTERNS_MAX)

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
  const plain = plainPattern(source)
  if (plain?.values) return plain
  if (!plain) {
    const expression = parsed(source)
    return { values: undefined, matches: value => expression.test(value) }
  }
  let expression: ReturnType<typeof parsed> | undefined
  const matchesUnusual = (value: string) => {
    expression ??= parsed(source)
    return expression.test(value)
  }
  return { values: undefined, matches: value => (isUnusual(value) ? matchesUnusual(value) : plain.matches(value)) }
}

function parsed(source: string) {
  try {
    return compilePattern(source, { whole: true })
  } catch (error) {
    throw error instanceof PatternError ? new MatcherError(error.message) : error
  }
}
