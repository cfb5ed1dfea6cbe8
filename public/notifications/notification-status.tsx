import type { Notification } from '../../src/contract/receivers'
import { notificationStatusWords } from '../alerts/words'

export const NotificationStatusMark = ({ notification }: { notification: Notification }) => (
  <span class={`status is-notification-${notification.status}`}>
    <span class="dot" aria-hidden="true" />
    {notificationStatusWords(notification)}
  </span>
)
