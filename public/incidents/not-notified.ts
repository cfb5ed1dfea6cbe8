import type { TimelineEntry } from '../../src/contract/incidents'
import { counted } from '../../text/numbers'

type NotNotified = Pick<TimelineEntry, 'reason' | 'text' | 'by' | 'count'>

const MUTES: readonly unknown[] = ['silenced', 'inhibited', 'maintenance']
/** Reasons of one receiver: others may have been notified. */
const OF_RECEIVER: readonly unknown[] = ['receiver_disabled', 'resolved_not_wanted']
/** Reasons whose names say what is in the way: time intervals, or who acknowledged. */
const NAMED: readonly unknown[] = ['interval', 'acknowledged']

/** Whether alerts were muted, so that `by` is what mutes them. */
export const isAboutMutes = ({ reason }: Pick<TimelineEntry, 'reason'>): boolean => MUTES.includes(reason)

/** Who was not notified, and of what. */
export function notNotifiedWords({ reason, by, count }: NotNotified): string {
  if (OF_RECEIVER.includes(reason) && by.length > 0) return `${by.join(', ')} was not notified`
  return count ? `Nobody was notified of ${counted(count, 'alert')}` : 'Nobody was notified'
}

/** Why not. */
export function whyNotNotified({ reason, text, by }: NotNotified): string {
  const names = NAMED.includes(reason) && by.length > 0 ? ` (${by.join(', ')})` : ''
  return `${text ?? ''}${names}`
}
