import type { Matcher } from '../../contract/matchers'
import type { SilenceState } from '../../contract/silences'
import type { StoredSilence } from '../silences'
import { formatTime } from './time'

/** A silence with its state at one time. */
export interface SilenceNow extends StoredSilence {
  state: SilenceState
}

/** A silence as in `GET /silences`. */
export const encodeSilence = (silence: SilenceNow): string =>
  JSON.stringify({
    id: silence.id,
    status: { state: silence.state },
    updatedAt: formatTime(silence.updatedAt),
    annotations: silence.annotations,
    comment: silence.comment,
    createdBy: silence.createdBy,
    endsAt: formatTime(silence.endsAt),
    matchers: silence.matchers.map(gettableMatcher),
    startsAt: formatTime(silence.startsAt),
  })

const gettableMatcher = ({ name, op, value }: Matcher) => ({
  isEqual: op === '=' || op === '=~',
  isRegex: op === '=~' || op === '!~',
  name,
  value,
})

const STATES = ['active', 'pending', 'expired']

/** Active ones that end soonest first, then pending ones that begin soonest, then expired ones that ended last. */
export function compareSilences(a: SilenceNow, b: SilenceNow): number {
  if (a.state !== b.state) return STATES.indexOf(a.state) - STATES.indexOf(b.state)
  if (a.state === 'pending') return a.startsAt - b.startsAt
  return a.state === 'active' ? a.endsAt - b.endsAt : b.endsAt - a.endsAt
}

/** Whether a silence has exactly these matchers among its own. */
export const hasMatchers = ({ matchers }: StoredSilence, wanted: readonly Matcher[]): boolean =>
  wanted.every(({ name, op, value }) =>
    matchers.some(each => each.name === name && each.op === op && each.value === value),
  )
