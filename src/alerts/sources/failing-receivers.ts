import type { Db } from '../../base/db'
import type { Condition } from './condition'
import { readFailingReceivers } from './failing-receiver-store'

const WINDOW_SECONDS = 60

/** Receivers that do not accept notifications. The route of this alert should lead to another one. */
export const failingReceivers = (db: Db): Condition => ({
  defaults: {
    name: 'ReceiverFailing',
    source: 'alerts',
    summary: 'A receiver has not accepted notifications for `window_seconds`, or refuses them for good.',
    severity: 'critical',
    threshold: null,
    windowSeconds: WINDOW_SECONDS,
  },
  async find(rules) {
    const limits = rules.map(({ tenantId, windowSeconds }) => ({ tenantId, seconds: windowSeconds ?? WINDOW_SECONDS }))
    const receivers = await readFailingReceivers(db, limits)
    return receivers.map(({ tenant_id, name, type, last_error }) => ({
      tenantId: tenant_id,
      labels: { receiver: name, receiver_type: type },
      annotations: {
        summary: `Notifications to ${name} are not delivered`,
        ...(last_error && { description: last_error }),
      },
      links: { Notifications: `/notifications?receiver=${encodeURIComponent(name)}` },
    }))
  },
})
