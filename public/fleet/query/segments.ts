import type { QueryCounts, TargetState } from '../../../src/contract/queries'
import { formatCount } from '../../../text/numbers'
import { TARGET_STATES } from '../query-result'

export interface Segment {
  state: TargetState
  count: number
  /** Share of the bar, from 0 to 1. */
  share: number
}

/** Keeps one host among thousands visible. */
const SHARE_MIN = 0.008

/** The states that occur, with a share of the bar in proportion to their count, but large enough to be visible. */
export function segmentsOf(counts: QueryCounts): Segment[] {
  const present = TARGET_STATES.filter(state => counts[state] > 0)
  const raised = present.map(state => Math.max(SHARE_MIN, counts[state] / Math.max(1, counts.targets)))
  const sum = raised.reduce((all, share) => all + share, 0)
  return present.map((state, at) => ({ state, count: counts[state], share: (raised[at] ?? 0) / sum }))
}

/** The number of hosts that have answered. */
export const answeredOf = ({ completed, no_rows, failed, denylisted }: QueryCounts) =>
  completed + no_rows + failed + denylisted

/** `12 of 50 hosts have answered`; the text alternative of the bar. */
export const describeProgress = (counts: QueryCounts) =>
  `${formatCount(answeredOf(counts))} of ${formatCount(counts.targets)} ${counts.targets === 1 ? 'host has' : 'hosts have'} answered`
