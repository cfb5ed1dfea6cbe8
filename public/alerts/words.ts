import type { Occurrence } from '../../src/contract/alerts'
import type { Notification, NotificationReason } from '../../src/contract/receivers'

const ENDS: Record<NonNullable<Occurrence['resolved_by']>, string> = {
  sender: 'its source said so',
  timeout: 'its source no longer reported it',
  disabled: 'its rule was switched off',
}

/** How an occurrence ended; `''` while it fires. */
export const endWords = ({ resolved_by }: Pick<Occurrence, 'resolved_by'>): string =>
  resolved_by === null ? '' : ENDS[resolved_by]

const REASONS: Record<NotificationReason, string> = {
  first: 'first notification',
  new_alerts: 'new alerts in its group',
  some_resolved: 'some alerts resolved',
  all_resolved: 'all alerts resolved',
  repeat: 'still firing after the repeat interval',
  unmuted: 'no longer muted',
  missed: 'the receiver missed what was sent before',
  silenced: 'silenced',
  inhibited: 'inhibited by another alert',
  maintenance: 'maintenance',
  interval: 'a time interval of its route mutes it',
  acknowledged: 'the incident is acknowledged',
  flapping: 'it fires and resolves too often',
  repeat_not_due: 'nothing new until the next repeat',
  resolved_not_wanted: 'the receiver does not want resolved alerts',
  no_receiver: 'its route leads to incidents only',
  receiver_disabled: 'the receiver is switched off',
  queue_full: 'too many notifications wait for the receiver',
}

export const reasonWords = ({ reason }: Pick<Notification, 'reason'>): string => REASONS[reason]

const STATUSES: Record<Notification['status'], string> = {
  pending: 'waiting',
  sent: 'sent',
  failed: 'failed',
  not_sent: 'not sent',
}

export const notificationStatusWords = ({ status }: Pick<Notification, 'status'>): string => STATUSES[status]
