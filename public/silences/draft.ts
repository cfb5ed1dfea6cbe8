import type { Matcher } from '../../src/contract/matchers'
import { MATCHER_OPS } from '../../src/contract/values'

export interface Preset {
  name: string
  ms: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How long silences usually last. */
export const DURATIONS: readonly Preset[] = [
  { name: '30 min', ms: 30 * MINUTE_MS },
  { name: '1 h', ms: HOUR_MS },
  { name: '4 h', ms: 4 * HOUR_MS },
  { name: '8 h', ms: 8 * HOUR_MS },
  { name: '1 d', ms: DAY_MS },
  { name: '3 d', ms: 3 * DAY_MS },
  { name: '1 week', ms: 7 * DAY_MS },
]

export const EXTENSIONS: readonly Preset[] = [
  { name: '+1 h', ms: HOUR_MS },
  { name: '+4 h', ms: 4 * HOUR_MS },
  { name: '+1 d', ms: DAY_MS },
]

/** The end of a silence that is extended: one that is overdue counts from now. */
export const extendedEnd = (endsAt: string, ms: number, now: number): string =>
  new Date(Math.max(Date.parse(endsAt), now) + ms).toISOString()

/** A matcher as it is entered; the number tells rows apart. */
export interface MatcherRow extends Matcher {
  key: number
}

let lastKey = 0
const rowOf = (matcher: Matcher): MatcherRow => ({ ...matcher, key: ++lastKey })

export const emptyRow = (): MatcherRow => rowOf({ name: '', op: '=', value: '' })

/** Rows for matchers; an empty one if there are none. */
export const rowsOf = (matchers: readonly Matcher[]): MatcherRow[] =>
  matchers.length > 0 ? matchers.map(rowOf) : [emptyRow()]

/** What was entered; rows without a name are left out. */
export const matchersOf = (rows: readonly MatcherRow[]): Matcher[] =>
  rows.filter(({ name }) => name.trim() !== '').map(({ name, op, value }) => ({ name: name.trim(), op, value }))

export const opOf = (text: string): Matcher['op'] => MATCHER_OPS.find(op => op === text) ?? '='

const pad = (value: number) => String(value).padStart(2, '0')

/** A time for a field of type `datetime-local`, in local time. */
export function localField(time: number): string {
  const at = new Date(time)
  const date = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`
  return `${date}T${pad(at.getHours())}:${pad(at.getMinutes())}`
}

/** The time in such a field; null if it is empty. */
export function timeOfField(text: string): string | null {
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}
