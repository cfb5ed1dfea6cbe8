import type { NotificationReason } from '../../contract/receivers'

/** The receiver of a group, as far as it decides whether to send. */
export interface FlushReceiver {
  name: string
  /** `missing`: it was deleted. */
  state: 'enabled' | 'disabled' | 'missing'
  sendsResolved: boolean
}

/** What is known of a group when it is looked at. Times in ms; alerts by the ids of their occurrences. */
export interface FlushState {
  now: number
  toldAt: number | null
  /** What the receiver takes for firing. */
  told: ReadonlySet<string>
  /** Of `told`: what does not fire any more. */
  ended: readonly string[]
  /** Have been muted since the receiver was last told of them. */
  hushed: ReadonlySet<string>
  /** What fires and is not muted. */
  firing: readonly string[]
  /** What fires and is muted. */
  muted: readonly string[]
  /** Null: no route leads to the group any more, so it is not repeated. */
  repeatMs: number | null
  /** Null: the route leads to incidents only. */
  receiver: FlushReceiver | null
  /** Time intervals of the route that hold notifications back, and when they may be sent again. */
  closed: { by: string[]; until: number } | null
  /** Who has acknowledged the incident, or resolved it by hand. */
  handledBy: string | null
  /** While it is flapping: until when, and whether the receiver knows. */
  flapping: { until: number; isTold: boolean } | null
}

export type FlushDecision =
  /** There is nothing to tell, and nothing to decide until something changes. */
  | { does: 'nothing' }
  | { does: 'send'; reason: NotificationReason }
  /** `nextAt`: when to look again even if nothing changes. `forgets`: what has ended needs not be told any more. */
  | { does: 'hold'; reason: NotificationReason; by: string[]; nextAt: number | null; forgets: boolean }

/**
 * Decides what a receiver is told of a group, like Alertmanager's deduplication stage (notify.go, `needsUpdate`): of the
 * first firing, of new alerts, of resolved ones, and again when the repeat interval has elapsed. Other than there, a
 * resolve is told to whoever was told of the firing, whatever is muted, and a mute that ends is news.
 */
export function decideFlush(state: FlushState): FlushDecision {
  const news = newsOf(state)
  if (news === undefined) return withoutNews(state)
  return reasonToHold(state, news) ?? { does: 'send', reason: news }
}

/** What there is to tell. */
function newsOf(state: FlushState): NotificationReason | undefined {
  const { told, ended, hushed, firing, toldAt, repeatMs, now } = state
  const untold = firing.filter(id => !told.has(id))
  if (untold.length) {
    if (untold.every(id => hushed.has(id))) return 'unmuted'
    return told.size ? 'new_alerts' : 'first'
  }
  if (firing.some(id => hushed.has(id))) return 'unmuted'
  if (ended.length) return firing.length || told.size > ended.length ? 'some_resolved' : 'all_resolved'
  const isDue = repeatMs !== null && toldAt !== null && now >= toldAt + repeatMs
  return firing.length && isDue ? 'repeat' : undefined
}

function withoutNews(state: FlushState): FlushDecision {
  const { firing, toldAt, repeatMs } = state
  if (!firing.length || toldAt === null || repeatMs === null) return { does: 'nothing' }
  return whileFlapping(state) ?? hold('repeat_not_due', [], toldAt + repeatMs)
}

/** Once the receiver knows that a group is flapping, it is told at most once in each repeat interval. */
function whileFlapping({ flapping, toldAt, repeatMs, now }: FlushState): FlushDecision | undefined {
  if (!flapping?.isTold || toldAt === null || repeatMs === null || now >= toldAt + repeatMs) return undefined
  return hold('flapping', [], Math.min(flapping.until, toldAt + repeatMs))
}

function reasonToHold(state: FlushState, news: NotificationReason): FlushDecision | undefined {
  const { receiver, closed, handledBy, toldAt, repeatMs } = state
  if (!receiver) return hold('no_receiver', [], null)
  if (receiver.state === 'missing') return hold('no_receiver', [receiver.name], null)
  if (receiver.state === 'disabled') return hold('receiver_disabled', [receiver.name], null)
  const isResolve = isAboutEnds(news)
  if (isResolve && !receiver.sendsResolved) {
    const nextAt = state.firing.length && toldAt !== null && repeatMs !== null ? toldAt + repeatMs : null
    return { does: 'hold', reason: 'resolved_not_wanted', by: [receiver.name], nextAt, forgets: true }
  }
  if (closed) return hold('interval', closed.by, closed.until)
  if (handledBy !== null && !isResolve && !hasUntold(state)) return hold('acknowledged', [handledBy], null)
  return whileFlapping(state)
}

/** Whether a notification says nothing but that alerts have ended. */
export const isAboutEnds = (reason: NotificationReason) => reason === 'some_resolved' || reason === 'all_resolved'

const hasUntold = ({ firing, told }: FlushState) => firing.some(id => !told.has(id))

const hold = (reason: NotificationReason, by: string[], nextAt: number | null): FlushDecision => ({
  does: 'hold',
  reason,
  by,
  nextAt,
  forgets: false,
})
