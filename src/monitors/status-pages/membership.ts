import { badRequest, type Fault } from '../../base/errors'
import type { StatusPage } from '../../contract/status-pages'

/** Monitors on a page. */
const MONITORS_MAX = 500

export type Membership = Pick<StatusPage, 'monitor_ids' | 'groups'>
type Given = Partial<{ [Field in keyof Membership]: Membership[Field] | undefined }>

/**
 * Which monitors a page has after a change: those listed, and those of its groups. A list without groups takes what it
 * leaves out from the groups, too.
 * @throws Problem 400 when there are too many
 */
export function changedMembership(before: Membership, { monitor_ids, groups }: Given): Membership {
  const listed = monitor_ids ?? before.monitor_ids
  const members = groups ?? (monitor_ids ? withOnly(new Set(monitor_ids), before.groups) : before.groups)
  const all = new Set([...listed, ...members.flatMap(group => group.monitor_ids)])
  if (all.size > MONITORS_MAX)
    throw badRequest([{ path: 'body.groups', message: `A page has at most ${MONITORS_MAX} monitors.` }])
  return { monitor_ids: [...all], groups: members.map(group => ({ ...group, monitor_ids: unique(group.monitor_ids) })) }
}

/** The groups, with only those monitors that are on the page. */
export const withOnly = (monitorIds: ReadonlySet<string>, groups: Membership['groups']): Membership['groups'] =>
  groups.map(group => ({ ...group, monitor_ids: group.monitor_ids.filter(id => monitorIds.has(id)) }))

const unique = (ids: readonly string[]) => [...new Set(ids)]

/** The ids of a request, each with its path: `body.groups.0.monitor_ids.2`. */
export function idsGiven({ monitor_ids = [], groups = [] }: Given): { id: string; path: string }[] {
  const at = (ids: readonly string[], path: string) => ids.map((id, i) => ({ id, path: `${path}.${i}` }))
  return [
    ...at(monitor_ids, 'body.monitor_ids'),
    ...groups.flatMap((group, i) => at(group.monitor_ids, `body.groups.${i}.monitor_ids`)),
  ]
}

/** @throws Problem 400 that names each id that is no monitor of the tenant */
export function requireKnown(given: readonly { id: string; path: string }[], known: ReadonlySet<string>): void {
  const faults = given.flatMap(({ id, path }): Fault[] =>
    known.has(id) ? [] : [{ path, message: 'There is no such monitor.' }],
  )
  if (faults.length > 0) throw badRequest(faults)
}
