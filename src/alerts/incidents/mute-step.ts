import type { AlertEvent } from '../../contract/alerts'
import type { NewEntry } from '../../streams'
import type { MutesNow } from '../muting'
import type { OpenAlert } from '../occurrences'
import { alertEntry } from './alert-entries'
import { planFlush, wakeGroup } from './group-book'
import type { Group } from './group-store'
import { deleteMutes, flagsOf, INHIBITED, MAINTENANCE, SILENCED, storeMutes } from './mute-store'
import { isDispatched, type Round } from './round'

/** Alerts of which one round tells that they are muted now, or no longer. */
const EDGES_MAX = 500

/** Alerts whose mutes are not as they were last told. */
export interface MuteEdges {
  /** Muted now, with how they were before; 0: not muted. */
  muted: { alert: OpenAlert; mutes: MutesNow; before: number }[]
  unmuted: { alert: OpenAlert; before: number }[]
  /** Ids of alerts that were muted, and have ended. */
  ended: string[]
  /** More than one round can tell, or memory is ahead of what was dispatched. */
  isPartial: boolean
}

/**
 * Compares the mutes of open alerts with those last told.
 * @param told how alerts were muted then, by id
 */
export function muteEdges(round: Round, told: ReadonlyMap<string, number>): MuteEdges {
  const { muting, alerts } = round
  const edges: MuteEdges = { muted: [], unmuted: [], ended: [], isPartial: false }
  const isFull = () => edges.muted.length + edges.unmuted.length + edges.ended.length >= EDGES_MAX
  const add = (alert: OpenAlert | undefined, put: () => void) => {
    if (isFull() || (alert && !isDispatched(round, alert))) edges.isPartial = true
    else put()
  }
  for (const [id, mutes] of muting.muted) {
    const alert = alerts.byId(id)
    const before = told.get(id) ?? 0
    if (alert && before !== flagsOf(mutes)) add(alert, () => edges.muted.push({ alert, mutes, before }))
  }
  for (const [id, before] of told) {
    if (muting.muted.has(id)) continue
    const alert = alerts.byId(id)
    add(alert, () => (alert ? edges.unmuted.push({ alert, before }) : edges.ended.push(id)))
  }
  return edges
}

/**
 * Turns changes of mutes into events and the timeline. Groups remember which of their alerts have been muted, are
 * looked at at their next tick, which stores why nobody is told, and at once when a mute ends.
 */
export async function applyMutes(round: Round, { muted, unmuted, ended }: MuteEdges): Promise<NewEntry[]> {
  const { trx, tenantId, now } = round
  await loadGroups(round, [...muted, ...unmuted])
  for (const { alert, mutes, before } of muted) if (before === 0) hush(round, alert, mutes)
  for (const { alert } of unmuted) wake(round, alert)
  await storeMutes(trx, tenantId, new Map(muted.map(({ alert, mutes }) => [alert.id, mutes])), new Date(now))
  await deleteMutes(trx, tenantId, [...ended, ...unmuted.map(({ alert }) => alert.id)])
  return [
    ...muted.flatMap(({ alert, mutes, before }) => mutedEntries(alert, mutes, before)),
    ...unmuted.map(({ alert, before }) => alertEntry('alert_firing', alert, { from: wayOf(before) })),
  ]
}

async function loadGroups({ groups, incidents, members }: Round, edges: readonly { alert: OpenAlert }[]) {
  const keys = new Set(edges.flatMap(({ alert }) => members.keysOf(alert.id)))
  await groups.loadKeys([...keys].flatMap(key => members.endOf(key) ?? []))
  await incidents.load([...keys].map(key => groups.find(key)?.incidentId ?? null))
}

const groupsOf = ({ groups, members }: Round, { id }: OpenAlert): Group[] =>
  members.keysOf(id).flatMap(key => groups.find(key) ?? [])

/** Names of all that mutes an alert. */
export const mutedBy = ({ silencedBy, inhibitedBy, maintenance }: MutesNow) => [
  ...silencedBy,
  ...inhibitedBy,
  ...maintenance,
]

function hush(round: Round, alert: OpenAlert, mutes: MutesNow) {
  for (const group of groupsOf(round, alert)) {
    group.hushed.add(alert.id)
    planFlush(group, round.routes.get(group.routeKey), round.now)
    round.groups.tell(group)
    const incident = round.incidents.openOf(group)
    if (incident) round.incidents.note(incident, 'muted', { fingerprints: [alert.fingerprint], by: mutedBy(mutes) })
  }
}

function wake(round: Round, alert: OpenAlert) {
  for (const group of groupsOf(round, alert)) {
    wakeGroup(group, round.now)
    round.groups.touch(group)
    const incident = round.incidents.openOf(group)
    if (incident) round.incidents.note(incident, 'unmuted', { fingerprints: [alert.fingerprint] })
  }
}

function mutedEntries(alert: OpenAlert, mutes: MutesNow, before: number): NewEntry[] {
  const added = flagsOf(mutes) & ~before
  const entries: NewEntry[] = []
  if (added & (SILENCED | MAINTENANCE))
    entries.push(alertEntry('alert_silenced', alert, { by: [...mutes.silencedBy, ...mutes.maintenance] }))
  if (added & INHIBITED) entries.push(alertEntry('alert_inhibited', alert, { by: [...mutes.inhibitedBy] }))
  return entries
}

const wayOf = (flags: number): AlertEvent['from'] =>
  flags & SILENCED ? 'silenced' : flags & INHIBITED ? 'inhibited' : 'maintenance'
