export { notify } from './kinds'
export { notificationsOf } from './list-store'
export type { NewNotification } from './notification'
export { Notifications, type NotificationsDeps } from './notifications'
