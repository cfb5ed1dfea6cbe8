import type { TopicEntries } from '../../streams'
import type { NewNotification } from '../notifications'
import type { OpenAlert } from '../occurrences'
import { alertsById, type StoredAlert } from './dispatch-store'
import { calmAt, isFlapping } from './flaps'
import { decideFlush, type FlushDecision, type FlushState } from './flush-decision'
import { type Look, notSent, send, type Telling, tellMissed } from './flush-notifications'
import { keyOf } from './group-members'
import { dueGroups, type Group } from './group-store'
import { missedBy } from './missed'
import { mutedDecision } from './muted-decision'
import { type RouteReceiver, routeReceivers } from './recipient-store'
import { isMuted, type Round } from './round'

/** Groups that are looked at in one round, and alerts told in it. */
const GROUPS_MAX = 100
const ALERTS_MAX = 20_000
/** For a route whose intervals do not say when they change. */
const CLOSED_MS = 60_000

/**
 * Looks at the groups that are due: whoever is to be told something gets a notification, and why nobody is told is stored
 * when it changes.
 * @param by groups due until then
 * @returns whether more groups are due, and the entries about jobs that send
 */
export async function flushGroups(
  round: Round,
  by: number,
  telling: Telling,
): Promise<{ isLeft: boolean; entries: TopicEntries[] }> {
  const { trx, tenantId, groups } = round
  await groups.loadIds(await dueGroups(trx, tenantId, new Date(by), GROUPS_MAX))
  const due = groups.due(by)
  const looked = await looksAt(round, firstOf(due, round))
  const notifications = looked.flatMap(look => flush(round, look, telling))
  const entries = notifications.length ? await telling.addNotifications(trx, notifications) : []
  return { isLeft: looked.length < due.length || due.length >= GROUPS_MAX, entries }
}

/** As many as may be looked at in one round, but at least one. */
function firstOf(due: readonly Group[], { members }: Round): Group[] {
  let alerts = 0
  const found: Group[] = []
  for (const group of due) {
    alerts += group.told.size + members.of(keyOf(group.routeKey, group.groupKey)).size
    if (found.length === GROUPS_MAX || (found.length && alerts > ALERTS_MAX)) break
    found.push(group)
  }
  return found
}

async function looksAt(round: Round, due: readonly Group[]): Promise<Look[]> {
  const { trx, tenantId, alerts, members, incidents, routes } = round
  const endedIds = due.flatMap(({ told }) => [...told].filter(id => !alerts.byId(id)))
  const stored = new Map((await alertsById(trx, tenantId, endedIds)).map(alert => [alert.id, alert]))
  const names = due.flatMap(({ receiver }) => receiver ?? [])
  const receivers = await routeReceivers(trx, tenantId, [...new Set(names)])
  const missed = await missedBy(round, due, receivers)
  await incidents.load(due.map(({ incidentId }) => incidentId))
  return due.map(group => {
    const open = [...members.of(keyOf(group.routeKey, group.groupKey)).values()]
    const route = group.isDetached ? undefined : routes.get(group.routeKey)
    const receiver = receivers.get(group.receiver ?? '')
    const ended = endedOf(round, group, open, stored)
    calmDown(round, group)
    const look = { group, route, receiver, missed: missed.get(group.id) ?? [], open, ended }
    return { ...look, state: stateOf(round, look) }
  })
}

/**
 * What a receiver takes for firing and does not fire any more. An alert that was resolved and fires again meanwhile is
 * nothing new: it goes on under its new occurrence.
 */
function endedOf(
  round: Round,
  group: Group,
  open: readonly OpenAlert[],
  stored: ReadonlyMap<string, StoredAlert>,
): StoredAlert[] {
  const gone = [...group.told].filter(id => !round.alerts.byId(id))
  if (!gone.length) return []
  const again = new Map(open.map(({ fingerprint, id }) => [fingerprint, id]))
  round.groups.tell(group)
  return gone.flatMap(id => {
    const alert = stored.get(id)
    const next = alert && again.get(alert.fingerprint)
    if (alert && !next) return [alert]
    group.told.delete(id)
    if (next) group.told.add(next)
    return []
  })
}

/** Ends flapping after a calm time. */
function calmDown({ incidents, groups, now }: Round, group: Group): void {
  if (!group.isFlapping || isFlapping(true, group.flaps, now)) return
  Object.assign(group, { isFlapping: false, isFlappingTold: false })
  groups.touch(group)
  const incident = incidents.openOf(group)
  if (!incident) return
  incident.is_flapping = false
  incidents.note(incident, 'flapping', { text: 'It has been calm for 30 minutes.' })
}

function stateOf(round: Round, { group, route, receiver, open, ended }: Omit<Look, 'state' | 'missed'>): FlushState {
  const { now, incidents } = round
  const incident = incidents.get(group.incidentId)
  const isHandled = incident?.status === 'acknowledged' || incident?.status === 'resolved'
  const closedBy = route?.mutedBy(new Date(now)) ?? []
  return {
    now,
    toldAt: group.toldAt,
    told: group.told,
    ended: ended.map(({ id }) => id),
    hushed: group.hushed,
    firing: open.filter(alert => !isMuted(round, alert)).map(({ id }) => id),
    muted: open.filter(alert => isMuted(round, alert)).map(({ id }) => id),
    repeatMs: route?.repeatMs ?? null,
    receiver: group.receiver === null ? null : { name: group.receiver, ...receiverState(receiver) },
    closed: closedBy.length
      ? { by: closedBy, until: Math.max(now + 1_000, route?.mutesChangeAt(new Date(now)) ?? now + CLOSED_MS) }
      : null,
    handledBy: isHandled ? ((incident.resolved_by ?? incident.acknowledged_by)?.name ?? null) : null,
    flapping: group.isFlapping ? { until: calmAt(group.flaps), isTold: group.isFlappingTold } : null,
  }
}

function receiverState(receiver: RouteReceiver | undefined) {
  if (!receiver) return { state: 'missing' as const, sendsResolved: false }
  const enabled = receiver.recipients.filter(each => each.enabled)
  const state = enabled.length ? ('enabled' as const) : ('disabled' as const)
  return { state, sendsResolved: enabled.some(each => each.send_resolved) }
}

function flush(round: Round, look: Look, telling: Telling): NewNotification[] {
  const { group, state } = look
  const { now, groups } = round
  const decision = decideFlush(state)
  const about = mutedDecision(round, look.open)
  const found: NewNotification[] = []
  if (about && about.key !== group.mutedDecision)
    found.push(
      notSent(round, look, about.reason, about.by, {
        firing: about.fingerprints.length,
        fingerprints: about.fingerprints,
      }),
    )
  group.mutedDecision = about?.key ?? null
  if (decision.does === 'send') found.push(...send(round, look, decision.reason, telling))
  if (decision.does === 'hold') found.push(...hold(round, look, decision))
  if (mayTellMissed(state, decision)) found.push(...tellMissed(round, look, telling))
  group.flushedAt = now
  group.nextFlushAt = nextLookAt(look, decision)
  for (const id of group.hushed) if (!round.alerts.byId(id)) group.hushed.delete(id)
  groups.tell(group)
  endIfOver(round, look)
  return found
}

/** Only while nothing but the repeat is waited for: news are told to all. */
const mayTellMissed = ({ closed, handledBy }: FlushState, decision: FlushDecision) =>
  decision.does === 'hold' && decision.reason === 'repeat_not_due' && !closed && handledBy === null

function nextLookAt({ group, state, route }: Look, decision: FlushDecision): number | null {
  const repeatAt = decision.does === 'send' && state.firing.length && route ? state.now + route.repeatMs : null
  const at = decision.does === 'hold' ? decision.nextAt : repeatAt
  return group.isFlapping ? Math.min(at ?? Number.POSITIVE_INFINITY, calmAt(group.flaps)) : at
}

function hold(round: Round, look: Look, decision: Extract<FlushDecision, { does: 'hold' }>): NewNotification[] {
  const { group, ended, open } = look
  const { reason, by, forgets } = decision
  if (forgets) for (const { id } of ended) group.told.delete(id)
  const key = [reason, ...by].join(' ')
  if (group.decision === key) return []
  group.decision = key
  const fingerprints = [...open, ...ended].map(({ fingerprint }) => fingerprint)
  const about = { firing: look.state.firing.length, resolved: ended.length, fingerprints, nextAt: decision.nextAt }
  return [notSent(round, look, reason, by, about)]
}

/** A group is over when nothing fires and nobody is left to be told. It is kept while it may prove to be flapping. */
function endIfOver({ groups, incidents, now }: Round, { group, open }: Look): void {
  if (open.length || group.told.size || incidents.openOf(group)) return
  const until = calmAt(group.flaps)
  if (group.isDetached || until <= now) {
    groups.remove(group)
    return
  }
  Object.assign(group, { nextFlushAt: until, flushedAt: null, decision: null, mutedDecision: null, hushed: new Set() })
  if (!group.isFlapping) group.toldAt = null
}
