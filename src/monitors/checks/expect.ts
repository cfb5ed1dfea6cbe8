import type { Attempt } from './attempt'
import { Down } from './phases'

/** A status, or a list of statuses and ranges, also as text: `204`, `[200, "300-399"]`, `"200-299,404"`. */
export type ExpectStatus = number | string | (number | string)[]

/** Any three digits, because some servers use statuses outside the five classes, such as 999. */
const STATUS_MIN = 100
const STATUS_MAX = 999
const SUCCESS = '200-299'

/** What `isExpectStatus` wants, for messages. */
export const STATUS_RULE = 'must be a status (200), a range ("200-299") or a list of these, from 100 to 999'

/** Whether every part is a status or an ascending range of statuses. */
export const isExpectStatus = (expected: ExpectStatus) => {
  const parts = partsOf(expected)
  return parts.length > 0 && parts.every(part => rangeOf(part) !== undefined)
}

/** Whether the status passes. */
export const isExpected = (status: number, expected: ExpectStatus = SUCCESS) =>
  partsOf(expected).some(part => {
    const range = rangeOf(part)
    return range !== undefined && status >= range[0] && status <= range[1]
  })

/** The expected statuses for messages: `200-299, 404`. */
export const expectText = (expected: ExpectStatus = SUCCESS) => partsOf(expected).join(', ')

/**
 * Compares the status of the response with what is expected.
 * @returns what to log of one that passes
 * @throws Down
 */
export function checkStatus({ outcome, phases }: Attempt, expected?: ExpectStatus): string {
  const status = outcome.status_code ?? 0
  if (isExpected(status, expected)) return `${status} in ${phases.total()} ms`
  const message = `The server answered ${status}; expected ${expectText(expected)}`
  throw new Down({ code: 'status_unexpected', message })
}

const partsOf = (expected: ExpectStatus) =>
  [expected]
    .flat()
    .flatMap(part => (typeof part === 'number' ? [String(part)] : part.split(',').map(one => one.trim())))

function rangeOf(part: string): [number, number] | undefined {
  const match = /^(\d{3})(?:-(\d{3}))?$/.exec(part)
  if (!match) return undefined
  const low = Number(match[1])
  const high = Number(match[2] ?? match[1])
  return STATUS_MIN <= low && low <= high && high <= STATUS_MAX ? [low, high] : undefined
}
