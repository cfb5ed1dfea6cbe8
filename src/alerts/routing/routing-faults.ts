import type { Fault } from '../../base/errors'
import type { AlertRoute, AlertRouting, InhibitRule } from '../../contract/alert-routes'
import { faultsOfMatchers } from '../matching'
import { faultsOfInterval } from './interval-faults'

/** Levels of routes below the first one. */
export const DEPTH_MAX = 20
export const ROUTES_MAX = 5_000
const INTERVALS_MAX = 500
const ALL_LABELS = '...'

/** Names that a configuration may use. */
interface Known {
  receivers: ReadonlySet<string>
  intervals: ReadonlySet<string>
}

/**
 * What is wrong with a configuration, beyond its form.
 * @param where what comes before the names of fields: `body`
 * @param receivers names of the tenant's receivers
 */
export function faultsOfRouting(config: AlertRouting, receivers: ReadonlySet<string>, where = 'body'): Fault[] {
  const intervals = Object.entries(config.time_intervals)
  const known = { receivers, intervals: new Set(intervals.map(([name]) => name)) }
  return [
    ...faultsOfSize(config, where),
    ...faultsOfRoot(config.route, `${where}.route`),
    ...faultsOfRoute(config.route, known, `${where}.route`),
    ...config.inhibit_rules.flatMap((rule, i) => faultsOfRule(rule, `${where}.inhibit_rules.${i}`)),
    ...intervals.flatMap(([name, entries]) =>
      entries.flatMap((entry, i) => faultsOfInterval(entry, `${where}.time_intervals.${name}.${i}`)),
    ),
  ]
}

function faultsOfSize({ route, time_intervals }: AlertRouting, where: string): Fault[] {
  const faults: Fault[] = []
  const count = countRoutes(route)
  if (count > ROUTES_MAX)
    faults.push({ path: `${where}.route`, message: `These are ${count} routes: at most ${ROUTES_MAX} are possible.` })
  const intervals = Object.keys(time_intervals).length
  if (intervals > INTERVALS_MAX)
    faults.push({
      path: `${where}.time_intervals`,
      message: `These are ${intervals} time intervals: at most ${INTERVALS_MAX} are possible.`,
    })
  return faults
}

/** Routes of a tree, with itself. */
export const countRoutes = (route: AlertRoute): number =>
  route.routes.reduce((sum, child) => sum + countRoutes(child), 1)

/** The first route takes whatever no other takes, at any time. */
function faultsOfRoot(root: AlertRoute, where: string): Fault[] {
  const refuse = (field: string, isSet: boolean, message: string) =>
    isSet ? [{ path: `${where}.${field}`, message }] : []
  return [
    ...refuse('matchers', root.matchers.length > 0, 'The first route takes every alert: it cannot have matchers.'),
    ...refuse('continue', root.continue, 'The first route has no siblings: it cannot continue.'),
    ...['mute_time_intervals' as const, 'active_time_intervals' as const].flatMap(field =>
      refuse(field, root[field].length > 0, 'The first route cannot have time intervals: give them to a route in it.'),
    ),
  ]
}

function faultsOfRoute(route: AlertRoute, known: Known, where: string, depth = 0): Fault[] {
  if (depth > DEPTH_MAX)
    return [{ path: where, message: `Routes can be nested ${DEPTH_MAX} levels deep: this one is deeper.` }]
  return [
    ...faultsOfMatchers(route.matchers, `${where}.matchers`),
    ...faultsOfReceiver(route.receiver, known, `${where}.receiver`),
    ...faultsOfGroupBy(route.group_by ?? [], `${where}.group_by`),
    ...faultsOfNames(route.mute_time_intervals, known, `${where}.mute_time_intervals`),
    ...faultsOfNames(route.active_time_intervals, known, `${where}.active_time_intervals`),
    ...route.routes.flatMap((child, i) => faultsOfRoute(child, known, `${where}.routes.${i}`, depth + 1)),
  ]
}

const faultsOfReceiver = (name: string | null | undefined, { receivers }: Known, path: string): Fault[] =>
  name == null || receivers.has(name)
    ? []
    : [{ path, message: `There is no receiver ${JSON.stringify(name)}: create it first.` }]

/** @param path of the list */
export function faultsOfGroupBy(names: readonly string[], path: string): Fault[] {
  if (names.includes(ALL_LABELS) && names.length > 1)
    return [{ path, message: `"${ALL_LABELS}" stands for all labels: it cannot be combined with others.` }]
  return names.flatMap((name, i) =>
    names.indexOf(name) < i
      ? [{ path: `${path}.${i}`, message: `The label ${JSON.stringify(name)} is listed twice.` }]
      : [],
  )
}

const faultsOfNames = (names: readonly string[], { intervals }: Known, path: string): Fault[] =>
  names.flatMap((name, i) =>
    intervals.has(name)
      ? []
      : [{ path: `${path}.${i}`, message: `There is no time interval ${JSON.stringify(name)} in time_intervals.` }],
  )

const faultsOfRule = (rule: InhibitRule, where: string): Fault[] => [
  ...faultsOfMatchers(rule.source_matchers, `${where}.source_matchers`),
  ...faultsOfMatchers(rule.target_matchers, `${where}.target_matchers`),
]
