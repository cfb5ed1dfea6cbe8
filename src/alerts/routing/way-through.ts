import type { AlertRouting } from '../../contract/alert-routes'
import type { Labels } from '../../contract/matchers'
import { fingerprintOf } from '../matching'
import { type CompiledRouting, compileRouting, type RouteEnd, type RouteStep } from './compiled-routing'

const SECOND_MS = 1_000

/** The way of a label set through a tree. @param labels without empty values */
export function wayThrough(routing: CompiledRouting, labels: Labels, now: Date) {
  const ends = routing.ends(labels)
  return {
    fingerprint: fingerprintOf(labels),
    steps: routing.steps(labels).map(shownStep),
    routes: ends.map(end => shownEnd(end, now)),
    receivers: [...new Set(ends.flatMap(({ route }) => route.receiver ?? []))],
  }
}

/** Compiles a tree that is only tested. */
export const compileForTest = (config: AlertRouting) => compileRouting(config, 0)

const shownStep = ({ node, hasMatched, isEnd }: RouteStep) => ({
  path: node.path,
  matchers: [...node.matchers],
  matched: hasMatched,
  receiver: isEnd ? node.receiver : null,
  is_end: isEnd,
  continue: node.continues,
})

const shownEnd = ({ route, groupLabels }: RouteEnd, now: Date) => ({
  path: route.path,
  receiver: route.receiver,
  group_labels: { ...groupLabels },
  group_wait_seconds: route.waitMs / SECOND_MS,
  group_interval_seconds: route.intervalMs / SECOND_MS,
  repeat_interval_seconds: route.repeatMs / SECOND_MS,
  muted_by_intervals: route.mutedBy(now),
})
