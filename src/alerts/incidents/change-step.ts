import type { NewEntry } from '../../streams'
import type { RouteEnd } from '../routing'
import { alertEntry } from './alert-entries'
import type { StoredAlert } from './dispatch-store'
import { addFlap, isFlapping } from './flaps'
import { planFlush } from './group-book'
import { type AlertFacts, keyOfEnd } from './group-members'
import { detachedGroupsOf, type Group } from './group-store'
import { type Incident, incidentsOfAlerts } from './incident-store'
import type { Round } from './round'

/** What an alert is a part of. */
interface Membership {
  incidentId: string
  groupId: string
}

/**
 * Turns changes of alerts into events, groups and incidents.
 * @param changes in the order of their versions
 * @param since the version up to which changes were dispatched before
 */
export async function applyChanges(round: Round, changes: readonly StoredAlert[], since: number): Promise<NewEntry[]> {
  if (!changes.length) return []
  // What is newer cannot be a part of anything yet.
  const memberships = await membershipsOf(
    round,
    changes.filter(({ createdVersion }) => createdVersion <= since),
  )
  const entries: NewEntry[] = []
  const repeated = changes.filter(({ id }) => memberships.has(id))
  const opened = changes.filter(change => !memberships.has(change.id) && hasFired(change))
  const resolved = changes.filter(({ resolvedAt }) => resolvedAt !== null)
  await round.groups.loadKeys(changes.flatMap(({ labels }) => round.routing.ends(labels)))
  await loadIncidentsOfGroups(round, changes)
  for (const { change, fires } of inOrder(opened, resolved)) {
    if (fires) {
      entries.push(alertEntry('alert_created', { ...change, resolvedAt: null, resolvedBy: null }))
      memberships.set(
        change.id,
        round.routing.ends(change.labels).map(end => addToGroup(round, end, change)),
      )
    } else {
      entries.push(alertEntry('alert_resolved', change))
      for (const membership of memberships.get(change.id) ?? []) resolveIn(round, change, membership)
    }
  }
  for (const { id } of [...repeated, ...resolved])
    for (const { incidentId } of memberships.get(id) ?? []) touchIncident(round, incidentId)
  await planTellingEnds(round, resolved)
  return entries
}

/** An alert that had ended when it was first seen is stored, but never notified. */
const hasFired = ({ createdVersion, version, resolvedAt }: StoredAlert) =>
  resolvedAt === null || createdVersion !== version

/** In the order in which it happened; of one version, what fires before what is resolved. */
function inOrder(opened: readonly StoredAlert[], resolved: readonly StoredAlert[]) {
  const steps = [
    ...opened.map(change => ({ change, fires: true, at: change.createdVersion })),
    ...resolved.map(change => ({ change, fires: false, at: change.version })),
  ]
  return steps.sort((a, b) => a.at - b.at || Number(b.fires) - Number(a.fires))
}

async function membershipsOf(round: Round, changes: readonly StoredAlert[]): Promise<Map<string, Membership[]>> {
  const found = new Map<string, Membership[]>()
  if (!changes.length) return found
  const { trx, tenantId, groups, incidents } = round
  const rows = await incidentsOfAlerts(
    trx,
    tenantId,
    changes.map(({ id }) => id),
  )
  await groups.loadIds(rows.map(row => row.group_id))
  await incidents.load(rows.map(row => row.incident_id))
  for (const { alert_id, incident_id, group_id } of rows) {
    const known = found.get(alert_id) ?? []
    known.push({ incidentId: incident_id, groupId: group_id })
    found.set(alert_id, known)
  }
  return found
}

async function loadIncidentsOfGroups({ groups, incidents, routing }: Round, changes: readonly StoredAlert[]) {
  const ids = changes.flatMap(({ labels }) =>
    routing.ends(labels).map(end => groups.find(keyOfEnd(end))?.incidentId ?? null),
  )
  await incidents.load(ids)
}

/** A new occurrence joins the open incident of a group, or opens one. Group and incident must be loaded, if they exist. */
export function addToGroup(round: Round, end: RouteEnd, alert: AlertFacts): Membership {
  const { groups, incidents, now } = round
  const group = groups.of(end)
  const incident = incidents.openOf(group) ?? openIncident(round, group)
  incidents.addAlert(incident, alert)
  incidents.note(incident, incidents.isNew(incident) ? 'opened' : 'firing', { fingerprints: [alert.fingerprint] })
  planFlush(group, end.route, now)
  groups.touch(group)
  return { incidentId: incident.id, groupId: group.id }
}

/** An incident opens whenever its group begins to fire, which is also how flapping is noticed. */
function openIncident({ incidents, now }: Round, group: Group): Incident {
  group.flaps = addFlap(group.flaps, now)
  const wasFlapping = group.isFlapping
  group.isFlapping = isFlapping(wasFlapping, group.flaps, now)
  if (!wasFlapping) group.isFlappingTold = false
  const incident = incidents.open(group)
  if (group.isFlapping && !wasFlapping) incidents.note(incident, 'flapping', { text: FLAPPING })
  return incident
}

export const FLAPPING =
  'It began to fire 6 times within 30 minutes. Until it has been calm for 30 minutes, it is notified at most once in each repeat interval.'

/** Its annotations may be new. */
function touchIncident({ incidents }: Round, id: string) {
  const incident = incidents.get(id)
  if (incident) incidents.touch(incident)
}

function resolveIn(round: Round, { fingerprint }: StoredAlert, { incidentId, groupId }: Membership): void {
  const { incidents, groups, now } = round
  const incident = incidents.get(incidentId)
  if (incident) {
    incident.firing--
    incidents.note(incident, 'alerts_resolved', { fingerprints: [fingerprint] })
    if (incident.firing === 0 && !incident.resolved_at) {
      Object.assign(incident, { status: 'resolved', resolved_at: new Date(now) })
      incidents.note(incident, 'resolved', {})
    }
  }
  const group = groups.get(groupId)
  if (!group) return
  planFlush(group, round.routes.get(group.routeKey), now)
  groups.touch(group)
}

/** Whoever was told of the firing is told of its end, also where no route leads to any more. */
async function planTellingEnds(round: Round, resolved: readonly StoredAlert[]): Promise<void> {
  if (!resolved.length) return
  const { trx, tenantId, groups, now } = round
  const ids = await detachedGroupsOf(
    trx,
    tenantId,
    resolved.map(({ id }) => id),
  )
  await groups.loadIds(ids)
  for (const id of ids) {
    const group = groups.get(id)
    if (!group) continue
    planFlush(group, undefined, now)
    groups.touch(group)
  }
}
