import type { AlertRoute } from '../../src/contract/alert-routes'

/** Indexes from the root: `[0, 2]` is the third child of the first child. */
export type RoutePath = readonly number[]

export const isSamePath = (a: RoutePath, b: RoutePath): boolean => a.join() === b.join()

/** The route at a path; undefined if there is none. */
export const routeAt = (root: AlertRoute, path: RoutePath): AlertRoute | undefined =>
  path.reduce<AlertRoute | undefined>((route, at) => route?.routes[at], root)

/** The tree with another route at a path. */
export function replaceAt(root: AlertRoute, path: RoutePath, route: AlertRoute): AlertRoute {
  const [at, ...rest] = path
  if (at === undefined) return route
  return { ...root, routes: root.routes.map((child, index) => (index === at ? replaceAt(child, rest, route) : child)) }
}

const changeChildren = (root: AlertRoute, path: RoutePath, change: (children: AlertRoute[]) => AlertRoute[]) => {
  const parent = routeAt(root, path)
  return parent ? replaceAt(root, path, { ...parent, routes: change([...parent.routes]) }) : root
}

/** The tree with a new last child of the route at a path. */
export const addChild = (root: AlertRoute, path: RoutePath, child: AlertRoute): AlertRoute =>
  changeChildren(root, path, children => [...children, child])

/** The tree without the route at a path and all below it. The root stays. */
export const removeAt = (root: AlertRoute, path: RoutePath): AlertRoute =>
  changeChildren(root, path.slice(0, -1), children => children.filter((_, at) => at !== path.at(-1)))

/** Whether a route can change places with a sibling. @param by -1: the one before it, 1: the one after it */
export function canMove(root: AlertRoute, path: RoutePath, by: -1 | 1): boolean {
  const at = path.at(-1)
  const siblings = routeAt(root, path.slice(0, -1))?.routes ?? []
  return at !== undefined && siblings[at + by] !== undefined
}

/** The tree in which a route has changed places with a sibling. Siblings are tried in their order. */
export function moveAt(root: AlertRoute, path: RoutePath, by: -1 | 1): AlertRoute {
  const at = path.at(-1)
  if (at === undefined || !canMove(root, path, by)) return root
  return changeChildren(root, path.slice(0, -1), children => {
    const [moved] = children.splice(at, 1)
    return moved ? children.toSpliced(at + by, 0, moved) : children
  })
}

/** Alertmanager's defaults, where no route up to the root has a value. */
export const DEFAULT_SECONDS = {
  group_wait_seconds: 30,
  group_interval_seconds: 300,
  repeat_interval_seconds: 4 * 3_600,
} as const
export const WAITS = Object.keys(DEFAULT_SECONDS) as ReadonlyArray<keyof typeof DEFAULT_SECONDS>

/** What applies to the alerts of a route: its own values, or those of the nearest route above that has them. */
export interface Effective {
  receiver: string | null
  group_by: readonly string[]
  group_wait_seconds: number
  group_interval_seconds: number
  repeat_interval_seconds: number
}

const DEFAULTS: Effective = { receiver: null, group_by: [], ...DEFAULT_SECONDS }

/** @param inherited what applies to its parent; default: what applies to the root */
export function effectiveOf(route: AlertRoute, inherited: Effective = DEFAULTS): Effective {
  const { receiver, group_by } = route
  return {
    receiver: receiver === undefined ? inherited.receiver : receiver,
    group_by: group_by ?? inherited.group_by,
    group_wait_seconds: route.group_wait_seconds ?? inherited.group_wait_seconds,
    group_interval_seconds: route.group_interval_seconds ?? inherited.group_interval_seconds,
    repeat_interval_seconds: route.repeat_interval_seconds ?? inherited.repeat_interval_seconds,
  }
}

/** What applies to the parent of the route at a path; of the root, the defaults. */
export const inheritedAt = (root: AlertRoute, path: RoutePath): Effective =>
  path.reduce(
    ({ route, effective }, at) => {
      const applies = route ? effectiveOf(route, effective) : effective
      return { route: route?.routes[at], effective: applies }
    },
    { route: root as AlertRoute | undefined, effective: DEFAULTS },
  ).effective

/** How many routes are below one. */
export const countBelow = ({ routes }: AlertRoute): number =>
  routes.reduce((sum, route) => sum + 1 + countBelow(route), 0)

export const newRoute = (): AlertRoute => ({
  matchers: [],
  continue: false,
  mute_time_intervals: [],
  active_time_intervals: [],
  routes: [],
})
