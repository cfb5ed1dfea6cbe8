import { addToGroup } from './change-step'
import { keyOf, keyOfEnd } from './group-members'
import { attachedGroups, wakeGroups } from './group-store'
import { isDispatched, type Round } from './round'

/** Groups that one round creates or changes because of new routes. */
const GROUPS_MAX = 200

/**
 * Takes over new routes and receivers. Groups that go on keep what they told; those that have another receiver now, tell
 * it; alerts that have another group now, join it. All groups are looked at once. A group without a route keeps telling
 * the end of what it told.
 * @returns whether more is left to do
 */
export async function applyRouting(round: Round): Promise<boolean> {
  const { trx, tenantId, members, groups, incidents, place, routing, now } = round
  if (place.routing_version === routing.version) return false
  const stored = new Map((await attachedGroups(trx, tenantId)).map(row => [keyOf(row.route_key, row.group_key), row]))
  const changed = [...members.ends()].filter(([key, { route }]) => stored.get(key)?.receiver !== route.receiver)
  const ends = changed.slice(0, GROUPS_MAX).map(([, end]) => end)
  await groups.loadKeys(ends)
  await incidents.load(ends.map(end => groups.find(keyOfEnd(end))?.incidentId ?? null))
  for (const [key, end] of changed.slice(0, GROUPS_MAX)) {
    if (stored.has(key)) {
      const group = groups.of(end)
      const incident = incidents.openOf(group)
      if (incident) {
        incident.receiver = end.route.receiver
        incidents.touch(incident)
      }
      continue
    }
    for (const alert of members.of(key).values()) if (isDispatched(round, alert)) addToGroup(round, end, alert)
  }
  const isLeft = changed.length > GROUPS_MAX
  if (!isLeft) {
    place.routing_version = routing.version
    await wakeGroups(trx, tenantId, new Date(now))
    groups.wake()
  }
  return isLeft
}
