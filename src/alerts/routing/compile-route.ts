import { createHash } from 'node:crypto'
import type { AlertRoute } from '../../contract/alert-routes'
import type { Labels, Matcher } from '../../contract/matchers'
import { compareBytes, compileMatchers, formatMatcher, MatcherIndex } from '../matching'
import type { NamedInterval } from './named-interval'

/** A route with all that it inherits. */
export interface CompiledRoute {
  /** Stays the same over edits elsewhere in the tree: a hash of the matchers from the root to it. */
  key: string
  /** Indexes from the root. */
  path: number[]
  /** Null: incidents only. */
  receiver: string | null
  groupBy: string[]
  waitMs: number
  intervalMs: number
  repeatMs: number
  expectEveryMs: number | null
  /**
   * Names of the time intervals in which its groups are not notified now. One outside of which they are not, stands as
   * `name (outside)`.
   */
  mutedBy(now: Date): string[]
  /** When that may change next, in ms; null: never. */
  mutesChangeAt(now: Date): number | null
}

/** A route in the tree. */
export interface RouteNode extends CompiledRoute {
  matchers: readonly Matcher[]
  matches(labels: Labels): boolean
  continues: boolean
  children: readonly RouteNode[]
  /** Finds the children that match, in their order. */
  index: MatcherIndex<RouteNode>
  /** Alertmanager's text for it, which group keys begin with. */
  keyText: string
  /** The names in `groupBy`; undefined: all labels. */
  groupNames: ReadonlySet<string> | undefined
}

export type Intervals = ReadonlyMap<string, NamedInterval>

const SECOND_MS = 1_000
const DEFAULTS = { group_wait_seconds: 30, group_interval_seconds: 5 * 60, repeat_interval_seconds: 4 * 3_600 }
const ALL_LABELS = '...'

type Inherited = Required<Pick<AlertRoute, 'receiver' | 'group_by' | keyof typeof DEFAULTS>> & {
  keyText: string
  chain: string
  path: number[]
}
const ABOVE_ROOT: Inherited = { ...DEFAULTS, receiver: null, group_by: [], keyText: '', chain: '', path: [] }

/** Compiles the tree. @throws MatcherError if a pattern is none */
export const compileTree = (root: AlertRoute, intervals: Intervals): RouteNode =>
  compileNode(root, { ...ABOVE_ROOT, chain: chainOf('', root, 0) }, intervals)

/** @param own what it inherits, and its own place */
function compileNode(route: AlertRoute, own: Inherited, intervals: Intervals): RouteNode {
  const matchers = inOrder(route.matchers)
  const keyText = `${own.keyText}{${matchers.map(formatMatcher).join(',')}}`
  const passedOn = { ...inheritedFrom(route, own), keyText: `${keyText}/` }
  const children = compileChildren(route.routes, { ...passedOn, chain: own.chain, path: own.path }, intervals)
  return {
    key: createHash('sha256').update(own.chain).digest('base64url').slice(0, 22),
    path: own.path,
    receiver: passedOn.receiver,
    groupBy: passedOn.group_by,
    waitMs: passedOn.group_wait_seconds * SECOND_MS,
    intervalMs: passedOn.group_interval_seconds * SECOND_MS,
    repeatMs: passedOn.repeat_interval_seconds * SECOND_MS,
    expectEveryMs: route.expect_every_seconds === undefined ? null : route.expect_every_seconds * SECOND_MS,
    ...mutesOf(route, intervals),
    matchers: route.matchers,
    matches: compileMatchers(matchers),
    continues: route.continue,
    children,
    index: new MatcherIndex(children.map(child => ({ matchers: child.matchers, value: child }))),
    keyText,
    groupNames: passedOn.group_by.includes(ALL_LABELS) ? undefined : new Set(passedOn.group_by),
  }
}

/** Not the time intervals and not `expect_every_seconds`, which are a route's own. */
const inheritedFrom = (route: AlertRoute, above: Inherited) => ({
  receiver: route.receiver === undefined ? above.receiver : route.receiver,
  group_by: route.group_by ?? above.group_by,
  group_wait_seconds: route.group_wait_seconds ?? above.group_wait_seconds,
  group_interval_seconds: route.group_interval_seconds ?? above.group_interval_seconds,
  repeat_interval_seconds: route.repeat_interval_seconds ?? above.repeat_interval_seconds,
})

function compileChildren(routes: readonly AlertRoute[], above: Inherited, intervals: Intervals): RouteNode[] {
  const seen = new Map<string, number>()
  return routes.map((route, i) => {
    const text = textOf(route)
    const twins = seen.get(text) ?? 0
    seen.set(text, twins + 1)
    return compileNode(
      route,
      { ...above, chain: chainOf(above.chain, route, twins), path: [...above.path, i] },
      intervals,
    )
  })
}

/** @param twins how many siblings before it have the same matchers */
const chainOf = (above: string, route: AlertRoute, twins: number) => JSON.stringify([above, textOf(route), twins])

const textOf = ({ matchers }: AlertRoute) =>
  JSON.stringify(inOrder(matchers).map(({ name, op, value }) => [name, op, value]))

const OPERATORS = ['=', '!=', '=~', '!~']

/** In Alertmanager's order (`labels.Matchers.Less`). */
const inOrder = (matchers: readonly Matcher[]): Matcher[] =>
  [...matchers].sort(
    (a, b) =>
      compareBytes(a.name, b.name) ||
      compareBytes(a.value, b.value) ||
      OPERATORS.indexOf(a.op) - OPERATORS.indexOf(b.op),
  )

function mutesOf(route: AlertRoute, intervals: Intervals): Pick<CompiledRoute, 'mutedBy' | 'mutesChangeAt'> {
  const named = (names: readonly string[]) => names.flatMap(name => intervals.get(name) ?? [])
  const muting = named(route.mute_time_intervals)
  const active = named(route.active_time_intervals)
  const all = [...muting, ...active]
  return {
    mutedBy(now) {
      const at = now.getTime()
      const isOutside = active.length > 0 && !active.some(interval => interval.at(at).isOpen)
      return [
        ...muting.filter(interval => interval.at(at).isOpen).map(({ name }) => name),
        ...(isOutside ? active.map(({ name }) => `${name} (outside)`) : []),
      ]
    },
    mutesChangeAt: now => (all.length ? Math.min(...all.map(interval => interval.at(now.getTime()).until)) : null),
  }
}
