import { badRequest, type Fault } from '../../base/errors'
import type { Labels, Matcher } from '../../contract/matchers'
import { readClassic, readClassicMatcher } from './classic-grammar'
import { isLabelName, labelOf } from './labels'
import { MatcherError } from './matcher-error'
import { patternOf } from './pattern'
import { quoted } from './quoted'
import { RESERVED, readUtf8, readUtf8Matcher } from './utf8-grammar'

/**
 * Reads one matcher as Alertmanager does: in the UTF-8 grammar or else the classic one; the classic meaning holds
 * where both can read it differently, as with `a="\\x41"`.
 * @throws MatcherError with Alertmanager's text: `bad matcher format: ...`, `error parsing regexp: ...`
 */
export function parseMatcher(text: string): Matcher {
  const [matcher] = preferred(
    () => [readClassicMatcher(text)],
    () => [readUtf8Matcher(text)].filter(found => found !== undefined),
  )
  return matcher as Matcher
}

/** Reads a list such as `{a="b", c=~"d.*"}`, also without braces. @throws MatcherError */
export const parseMatchers = (text: string): Matcher[] =>
  preferred(
    () => readClassic(text),
    () => readUtf8(text),
  )

/** Whether the two grammars read a list differently, so that a newer Alertmanager would go by another meaning. */
export function isAmbiguous(text: string): boolean {
  const found = readUtf8(text)
  return found !== undefined && JSON.stringify(found) !== JSON.stringify(parseMatchers(text))
}

/** The error is always that of the classic grammar. */
function preferred(classic: () => Matcher[], utf8: () => Matcher[] | undefined): Matcher[] {
  try {
    return checked(classic())
  } catch (error) {
    const found = utf8()
    if (!found?.every(one => faultOfMatcher(one) === undefined) || found.length === 0) throw error
    return found
  }
}

function checked(matchers: Matcher[]): Matcher[] {
  for (const matcher of matchers) conditionOf(matcher)
  return matchers
}

/** A matcher as text, as Alertmanager writes it. */
export function formatMatcher({ name, op, value }: Matcher): string {
  if (RESERVED.test(name)) return `${quoted(name)}${op}${quoted(value)}`
  return `${name}${op}"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`
}

/** The condition of one matcher on the value of its label. @throws MatcherError when its pattern is none */
export function conditionOf({ op, value }: Matcher): (given: string) => boolean {
  if (op === '=') return given => given === value
  if (op === '!=') return given => given !== value
  const pattern = patternOf(value)
  return op === '=~' ? given => pattern.matches(given) : given => !pattern.matches(given)
}

/** Whether all matchers hold. An empty list matches everything. @throws MatcherError when a pattern is none */
export function compileMatchers(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const conditions = matchers.map(labelCondition)
  return labels => {
    for (const holds of conditions) if (!holds(labels)) return false
    return true
  }
}

function labelCondition(matcher: Matcher): (labels: Labels) => boolean {
  const { name, op, value } = matcher
  // Nothing that objects inherit is a text, so this need not ask whether it is a label.
  if (op === '=' && value !== '') return labels => labels[name] === value
  const holds = conditionOf(matcher)
  return labels => holds(labelOf(labels, name))
}

/** What is wrong with each matcher: `body.matchers.2.value`. */
export function faultsOfMatchers(matchers: readonly Matcher[], path: string): Fault[] {
  return matchers.flatMap((matcher, i): Fault[] => {
    const { name, value } = matcher
    if (!isLabelName(name)) return [{ path: `${path}.${i}.name`, message: 'This is not the name of a label.' }]
    if (!value.isWellFormed()) return [{ path: `${path}.${i}.value`, message: 'This is not UTF-8.' }]
    const message = faultOfMatcher(matcher)
    return message === undefined ? [] : [{ path: `${path}.${i}.value`, message }]
  })
}

function faultOfMatcher(matcher: Matcher): string | undefined {
  try {
    conditionOf(matcher)
    return undefined
  } catch (error) {
    if (error instanceof MatcherError) return error.message
    throw error
  }
}

/**
 * Whether no matcher asks for a label: each is `a=""` or a pattern that matches the empty value. Alertmanager refuses to
 * mute by such a set, though not by one of `a!="b"`.
 */
export const asksForNothing = (matchers: readonly Matcher[]) =>
  matchers.every(one => (one.op === '=' || one.op === '=~') && conditionOf(one)(''))

/**
 * Checks the matchers of something that mutes.
 * @param path of the list: `body.matchers`
 * @throws Problem 400 that names every fault; when the list is empty; when no matcher asks for a label
 */
export function checkMatchers(matchers: readonly Matcher[], path: string): void {
  const faults = faultsOfMatchers(matchers, path)
  if (faults.length > 0) throw badRequest(faults)
  if (matchers.length === 0) throw badRequest([{ path, message: 'At least one matcher is required.' }])
  if (asksForNothing(matchers))
    throw badRequest([{ path, message: 'At least one matcher must not match the empty value.' }])
}
