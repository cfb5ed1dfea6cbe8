import type { Notification } from '../../src/contract/receivers'

/** What a receiver was told of an incident, and what not, the newest first. */
export interface Told {
  /** Null: the route leads to incidents only, or the receiver was deleted. */
  receiver: string | null
  notifications: Notification[]
}

/** Notifications by their receivers, in the order in which these come up. */
export function byReceiver(notifications: readonly Notification[]): Told[] {
  const told = new Map<string | null, Told>()
  for (const notification of notifications) {
    const { receiver } = notification
    const known = told.get(receiver) ?? { receiver, notifications: [] }
    known.notifications.push(notification)
    told.set(receiver, known)
  }
  return [...told.values()]
}
