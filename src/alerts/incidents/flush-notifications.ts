import type { Transaction } from '../../base/db'
import { newId } from '../../base/ids'
import type { Labels } from '../../contract/matchers'
import type { NotificationReason } from '../../contract/receivers'
import type { TopicEntries } from '../../streams'
import type { NewNotification } from '../notifications'
import type { OpenAlert } from '../occurrences'
import { buildMessage, type Message } from '../receivers'
import type { CompiledRoute } from '../routing'
import type { StoredAlert } from './dispatch-store'
import { type FlushState, isAboutEnds } from './flush-decision'
import type { Group } from './group-store'
import type { Recipient, RouteReceiver } from './recipient-store'
import type { Round } from './round'

const FINGERPRINTS_MAX = 1_000

const REASON_TEXTS: Partial<Record<NotificationReason, string>> = {
  no_receiver: 'The route leads to no receiver.',
  receiver_disabled: 'The receiver is disabled.',
  interval: 'A time interval of the route holds it back.',
  acknowledged: 'Somebody takes care of it already.',
  flapping: 'It is flapping.',
  resolved_not_wanted: 'The receiver does not want to be told of resolved alerts.',
}

/** Reasons that are about some alerts of a group; the others may be told. */
const MUTES: ReadonlySet<NotificationReason> = new Set(['silenced', 'inhibited', 'maintenance'])

/** How notifications are made. */
export interface Telling {
  /** PUBLIC_URL, or empty. */
  externalUrl: string
  /** Stores notifications, and creates the jobs that send them, in the same commit. */
  addNotifications(trx: Transaction, list: NewNotification[]): Promise<TopicEntries[]>
}

/** A group that is looked at. */
export interface Look {
  group: Group
  route: CompiledRoute | undefined
  receiver: RouteReceiver | undefined
  /** Those of the receivers who were not told what the others know. */
  missed: Recipient[]
  open: OpenAlert[]
  state: FlushState
  /** What has ended, as it is stored. */
  ended: StoredAlert[]
}

/** What each recipient of a group is told, or why it is not. */
export function send(round: Round, look: Look, reason: NotificationReason, telling: Telling): NewNotification[] {
  const { group, ended, state, receiver } = look
  const found = tellEach(round, look, receiver?.recipients ?? [], reason, telling)
  if (group.isFlapping) group.isFlappingTold = true
  for (const { id } of ended) group.told.delete(id)
  for (const id of state.firing) {
    group.told.add(id)
    group.hushed.delete(id)
  }
  Object.assign(group, { toldAt: state.now, decision: null })
  return found
}

/** Tells those who missed it what fires. */
export const tellMissed = (round: Round, look: Look, telling: Telling): NewNotification[] =>
  tellEach(round, { ...look, ended: [] }, look.missed, 'missed', telling)

function tellEach(
  round: Round,
  look: Look,
  recipients: readonly Recipient[],
  reason: NotificationReason,
  telling: Telling,
): NewNotification[] {
  const { group, open, ended, state } = look
  const isFiring = new Set(state.firing)
  const firing = open.filter(({ id }) => isFiring.has(id))
  const message = messages(look, firing, reason, telling)
  return recipients.map(recipient => {
    const resolved = recipient.send_resolved ? ended : []
    const alerts = [...firing, ...resolved]
    const because = reasonToSkip(recipient, reason)
    const about = {
      ...{ firing: firing.length, resolved: ended.length },
      fingerprints: fingerprintsOf(alerts.length && because !== 'resolved_not_wanted' ? alerts : ended),
    }
    if (because) return notSent(round, { group, receiver: recipient }, because, [recipient.name], about)
    return {
      ...base(round, group, recipient, reason),
      ...{ status: 'pending' as const, by: [], ...about, resolved: resolved.length, message: message(resolved) },
    }
  })
}

const fingerprintsOf = (alerts: readonly { fingerprint: string }[]) =>
  alerts.slice(0, FINGERPRINTS_MAX).map(({ fingerprint }) => fingerprint)

/** Why one receiver of a group is not told what the others are told. */
function reasonToSkip(recipient: Recipient, reason: NotificationReason): NotificationReason | undefined {
  if (!recipient.enabled) return 'receiver_disabled'
  return isAboutEnds(reason) && !recipient.send_resolved ? 'resolved_not_wanted' : undefined
}

/** The message about what fires, with or without what has ended; built once for all who get the same. */
function messages(
  { group }: Look,
  firing: readonly OpenAlert[],
  reason: NotificationReason,
  { externalUrl }: Telling,
): (ended: readonly StoredAlert[]) => Message {
  const built = new Map<number, Message>()
  const about = { receiver: group.receiver ?? '', groupKey: group.groupKey, groupLabels: group.groupLabels }
  return ended => {
    const known = built.get(ended.length)
    if (known) return known
    const alerts = [...firing.map(alert => ({ ...alert, resolvedAt: null })), ...ended]
    const message = buildMessage({ ...about, alerts, externalUrl, reason })
    if (group.isFlapping && !group.isFlappingTold)
      message.commonAnnotations = { ...message.commonAnnotations, flapping: FLAPPING_TOLD }
    built.set(ended.length, message)
    return message
  }
}

const FLAPPING_TOLD =
  'These alerts fire and resolve again and again. Until they have been calm for 30 minutes, they are notified at most once in each repeat interval.'

interface About {
  firing: number
  resolved?: number
  fingerprints: string[]
  nextAt?: number | null
}

/** A decision not to send; the incident says so, too. */
export function notSent(
  round: Round,
  { group, receiver }: { group: Group; receiver: Pick<Recipient, 'id' | 'name'> | undefined },
  reason: NotificationReason,
  by: string[],
  { firing, resolved = 0, fingerprints, nextAt = null }: About,
): NewNotification {
  const notification: NewNotification = {
    ...base(round, group, receiver, reason),
    ...{ status: 'not_sent', by, firing, resolved, message: null },
    fingerprints: fingerprints.slice(0, FINGERPRINTS_MAX),
    nextAt: nextAt === null ? null : new Date(nextAt),
  }
  const incident = round.incidents.openOf(group)
  if (incident && reason !== 'repeat_not_due') {
    const text = REASON_TEXTS[reason] ?? `Its alerts are ${reason === 'maintenance' ? 'under maintenance' : reason}.`
    const about = MUTES.has(reason) ? { fingerprints } : {}
    round.incidents.note(incident, 'not_notified', { text, by, reason, notificationId: notification.id, ...about })
  }
  return notification
}

const base = (
  { tenantId, now }: Round,
  { id, incidentId, groupLabels }: Group,
  receiver: Pick<Recipient, 'id' | 'name'> | undefined,
  reason: NotificationReason,
) => ({
  ...{ id: newId(), tenantId, groupId: id, incidentId, reason, createdAt: new Date(now) },
  groupLabels: storable(groupLabels),
  receiver: receiver ? { id: receiver.id, name: receiver.name } : null,
})

/** A column of JSON cannot hold NUL. */
const storable = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [clean(name), clean(value)]))
const clean = (text: string) => text.replaceAll('\0', '\ufffd')
