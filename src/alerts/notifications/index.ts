export { notify } from './kinds'
export type { NewNotification } from './notification'
export { Notifications, type NotificationsDeps } from './notifications'
