import { durationMs } from './duration'

/** `[STATUS] == 200`: a placeholder, compared with a value. */
export interface Condition {
  /** In capitals, without brackets: `STATUS`, `BODY`, `RESPONSE_TIME`. */
  subject: string
  /** What follows: `.status`, `[0].id`, the name of a header. */
  path: string
  /** `len`, `has` or `age`, if there is one around it. */
  wrapper: string
  op: string
  value: string
  /** As it was written. */
  text: string
}

/** In the order in which Gatus looks for them (config/endpoint/condition.go). */
const OPS = ['==', '!=', '<=', '>=', '>', '<']
const FLIPPED: Readonly<Record<string, string>> = { '<=': '>=', '>=': '<=', '>': '<', '<': '>' }
const SUBJECT = /^(?:(len|has|age)\()?\[([A-Z_]+)\](.*?)\)?$/i

/** @returns undefined if it does not compare a placeholder with a value */
export function readCondition(text: string): Condition | undefined {
  const op = OPS.find(each => text.includes(` ${each} `))
  const [left = '', right = '', ...more] = op ? text.split(` ${op} `).map(side => side.trim()) : []
  if (!op || more.length) return undefined
  const isSwapped = !SUBJECT.test(left)
  const [subject, value] = isSwapped ? [right, left] : [left, right]
  const match = SUBJECT.exec(subject)
  if (!match || SUBJECT.test(value)) return undefined
  const [, wrapper = '', name = '', path = ''] = match
  return {
    ...{ subject: name.toUpperCase(), path, wrapper: wrapper.toLowerCase() },
    ...{ op: isSwapped ? (FLIPPED[op] ?? op) : op, value, text },
  }
}

const PATTERN = /^pat\(([\s\S]*)\)$/
const ANY = /^any\(([\s\S]*)\)$/

export const isAny = (value: string) => ANY.test(value)
export const optionsOf = (value: string): string[] =>
  (ANY.exec(value)?.[1] ?? '').split(',').map(option => option.trim())

/** The pattern in `pat(...)`, in which `*` stands for any text and `?` for one character. */
export const patternIn = (value: string): string | undefined => PATTERN.exec(value)?.[1]

/** The text that `*text*` looks for; undefined if the pattern is another one. */
export const textWithin = (pattern: string): string | undefined => /^\*+([^*?[\]\\]+)\*+$/.exec(pattern)?.[1]

/** A regular expression (RE2) for a text in which nothing is special. */
export const escaped = (text: string) => text.replaceAll(/[\\^$.|+()[\]{}*?]/g, '\\$&')

/** A regular expression (RE2) for the whole of a text that equals `value`, or matches it if it is a pattern. */
export function expressionFor(value: string): string {
  const pattern = patternIn(value)
  if (pattern === undefined) return `^${escaped(value)}$`
  return `^${escaped(pattern).replaceAll('\\*', '.*').replaceAll('\\?', '.')}$`
}

const DAY_MS = 86_400_000

/** What is compared with a time, such as `48h`; numbers are ms. */
export const millisIn = ({ value }: Condition): number | undefined =>
  /^\d+$/.test(value) ? Number(value) : durationMs(value)

/** `[CERTIFICATE_EXPIRATION] > 48h` in whole days, rounded up. */
export function daysLeft(condition: Condition): number | undefined {
  const { subject, op, wrapper } = condition
  const isMinimum = subject === 'CERTIFICATE_EXPIRATION' && wrapper === '' && op.startsWith('>')
  const ms = isMinimum ? millisIn(condition) : undefined
  return ms === undefined ? undefined : Math.ceil(ms / DAY_MS)
}
