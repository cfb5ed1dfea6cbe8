import type { AlertRoute } from '../../../contract/alert-routes'
import type { FileRoute } from './read-route'
import type { Report } from './report'

/**
 * The tree of a file with receivers that have one address each. A route to one that was split gets a child per address,
 * after its own children: all of them take what none of the others takes.
 * @param namesOf names that stand for a receiver of the file
 */
export function placeReceivers(root: FileRoute, namesOf: ReadonlyMap<string, string[]>, report: Report): AlertRoute {
  const place = ({ node, route, receiver, children }: FileRoute, above: string): AlertRoute => {
    const own = receiver ?? above
    const names = namesOf.get(own) ?? []
    const [first = null] = names
    const routes = children.map(child => place(child, own))
    const placed = { ...route, ...(receiver !== undefined && { receiver: first }), routes }
    if (names.length < 2) return placed
    if (children.some(child => child.route.continue)) {
      const because = `One of its routes continues, so that no other can take the rest: it leads to ${first} only.`
      report.notImported(node, `${names.slice(1).join(', ')} of ${own}`, because)
      return placed
    }
    return { ...placed, routes: [...routes, ...chainTo(names, placed)] }
  }
  return place(root, '')
}

/** They inherit everything but the time intervals. */
const chainTo = (names: string[], { mute_time_intervals, active_time_intervals }: AlertRoute): AlertRoute[] =>
  names.map((receiver, i) => ({
    matchers: [],
    receiver,
    continue: i < names.length - 1,
    mute_time_intervals,
    active_time_intervals,
    routes: [],
  }))
