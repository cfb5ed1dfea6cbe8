import type { Matcher } from '../../contract/matchers'
import type { Silence } from '../../contract/silences'

/** A silence with what only this API has. */
export type FullSilence = Silence & { annotations: Record<string, string> }

/** A silence as in `GET /silences`. */
export const gettableSilence = (silence: FullSilence) => ({
  id: silence.id,
  status: { state: silence.state },
  updatedAt: silence.updated_at,
  annotations: silence.annotations,
  comment: silence.comment,
  createdBy: silence.created_by,
  endsAt: silence.ends_at,
  matchers: silence.matchers.map(gettableMatcher),
  startsAt: silence.starts_at,
})

const gettableMatcher = ({ name, op, value }: Matcher) => ({
  isEqual: op === '=' || op === '=~',
  isRegex: op === '=~' || op === '!~',
  name,
  value,
})

const STATES = ['active', 'pending', 'expired']

/** Active ones that end soonest first, then pending ones that begin soonest, then expired ones that ended last. */
export function compareSilences(a: Silence, b: Silence): number {
  if (a.state !== b.state) return STATES.indexOf(a.state) - STATES.indexOf(b.state)
  if (a.state === 'pending') return compare(a.starts_at, b.starts_at)
  return a.state === 'active' ? compare(a.ends_at, b.ends_at) : compare(b.ends_at, a.ends_at)
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Whether a silence has exactly these matchers among its own. */
export const hasMatchers = ({ matchers }: Silence, wanted: readonly Matcher[]): boolean =>
  wanted.every(({ name, op, value }) =>
    matchers.some(each => each.name === name && each.op === op && each.value === value),
  )
