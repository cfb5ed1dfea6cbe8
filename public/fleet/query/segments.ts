import type { QueryCounts, TargetState } from '../../../src/contract/queries'
import { formatCount } from '../../../text/numbers'
import { TARGET_STATES } from '../query-result'

export interface Segment {
  state: TargetState
  count: number
  /** Of the whole bar, 0 to 1. */
  share: number
}

/** One host among thousands must be seen, too. */
const SHARE_MIN = 0.008

/** The states that any host is in, with their part of a bar: as large as their count, but never too small to be seen. */
export function segmentsOf(counts: QueryCounts): Segment[] {
  const present = TARGET_STATES.filter(state => counts[state] > 0)
  const raised = present.map(state => Math.max(SHARE_MIN, counts[state] / Math.max(1, counts.targets)))
  const sum = raised.reduce((all, share) => all + share, 0)
  return present.map((state, at) => ({ state, count: counts[state], share: (raised[at] ?? 0) / sum }))
}

/** Hosts that have said something. */
export const answeredOf = ({ completed, no_rows, failed, denylisted }: QueryCounts) =>
  completed + no_rows + failed + denylisted

/** `12 of 50 hosts have answered`, for those who do not see the bar. */
export const progressWords = (counts: QueryCounts) =>
  `${formatCount(answeredOf(counts))} of ${formatCount(counts.targets)} ${counts.targets === 1 ? 'host has' : 'hosts have'} answered`
