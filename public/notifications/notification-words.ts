import type { Notification } from '../../src/contract/receivers'
import { counted } from '../../text/numbers'

/** What a notification tells: `3 firing, 1 resolved`. */
export function alertsTold({ firing, resolved }: Pick<Notification, 'firing' | 'resolved'>): string {
  const parts = [firing > 0 && `${firing} firing`, resolved > 0 && `${resolved} resolved`].filter(Boolean)
  return parts.length > 0 ? parts.join(', ') : counted(0, 'alert')
}

/** Reasons whose `by` are names of what is in the way, rather than what mutes alerts. */
const NAMED: ReadonlySet<Notification['reason']> = new Set([
  'acknowledged',
  'interval',
  'receiver_disabled',
  'resolved_not_wanted',
  'no_receiver',
])

/** Names that belong to the reason: who acknowledged, which time interval; `''` if what mutes is shown instead. */
export const namesOfReason = ({ reason, by }: Pick<Notification, 'reason' | 'by'>): string =>
  NAMED.has(reason) ? by.join(', ') : ''

/** When it is tried again; of a decision not to send one, when it would be sent, as long as that is to come. */
export const nextOf = ({ status, next_at }: Pick<Notification, 'status' | 'next_at'>, nowMs: number): string | null =>
  next_at !== null && (status === 'pending' || Date.parse(next_at) > nowMs) ? next_at : null
