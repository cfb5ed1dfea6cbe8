import type { Labels, Matcher } from '../../contract/matchers'
import { compileMatchers, MatcherError, parseMatcher } from '../matching'
import type { MutesNow } from '../muting'
import { isMuted } from '../reading'
import { Refusal, said } from './answer'
import type { Parameters } from './parameters'

/** Which alerts a read returns. */
export interface AlertQuery {
  hasLabels(labels: Labels): boolean
  /** What `hasLabels` asks for. */
  matchers: readonly Matcher[]
  hasReceiver(name: string): boolean
  /** Whatever the receiver is. */
  anyReceiver: boolean
  /** `anyMutes`: whatever mutes them. */
  anyMutes: boolean
  hasMutes(mutes: MutesNow): boolean
}

/** @throws Refusal 400 with Alertmanager's text */
export function alertQuery({ active, silenced, inhibited, muted, filters, receiver }: Parameters): AlertQuery {
  const matchers = readFilters(filters)
  const hasReceiver = receiverPattern(receiver)
  return {
    hasLabels: compileMatchers(matchers),
    matchers,
    hasReceiver,
    anyReceiver: receiver === undefined,
    anyMutes: active && silenced && inhibited && muted,
    hasMutes(mutes) {
      const { silencedBy, inhibitedBy, maintenance } = mutes
      if (!active && !isMuted(mutes)) return false
      // What clients know as silenced, because `muted` is not known to most of them.
      if (!silenced && silencedBy.length + maintenance.length > 0) return false
      return (inhibited || inhibitedBy.length === 0) && (muted || maintenance.length === 0)
    },
  }
}

/** Each `filter` is one matcher. @throws Refusal 400 */
export const readFilters = (filters: readonly string[]): Matcher[] =>
  filters.map(text => checked(() => parseMatcher(text)))

function receiverPattern(source: string | undefined): (name: string) => boolean {
  if (source === undefined) return () => true
  const pattern = checked(
    () => compileMatchers([{ name: 'receiver', op: '=~', value: source }]),
    'failed to parse receiver param: ',
  )
  return receiver => pattern({ receiver })
}

function checked<T>(read: () => T, prefix = ''): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof MatcherError) throw new Refusal(said(400, prefix + error.message))
    throw error
  }
}
