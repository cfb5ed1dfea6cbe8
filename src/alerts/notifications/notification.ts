import { z } from '../../base/parse'
import { labelSet } from '../../contract/matchers'
import {
  type NotificationReason,
  type NotificationStatus,
  notificationAttempt,
  notificationReason,
  notificationStatus,
} from '../../contract/receivers'
import type { Message } from '../receivers'

/** A notification that is to be sent, or a decision not to send one. */
export interface NewNotification {
  id: string
  tenantId: string
  groupId: string
  incidentId: string | null
  /** Null: the route leads to incidents only. */
  receiver: { id: string; name: string } | null
  status: Extract<NotificationStatus, 'pending' | 'not_sent'>
  reason: NotificationReason
  /** Ids of silences, fingerprints of inhibiting alerts, names of windows, or who acknowledged. */
  by: readonly string[]
  /** How many alerts it is about. */
  firing: number
  resolved: number
  groupLabels: Readonly<Record<string, string>>
  fingerprints: readonly string[]
  /** Of pending ones. */
  message: Message | null
  createdAt: Date
  /** Of those not sent: when it would be sent if nothing changes. */
  nextAt?: Date | null
}

export const attemptRow = notificationAttempt.extend({ at: z.string() })
export type Attempt = z.output<typeof attemptRow>

/** A row of `notifications`, without its message. */
export const notificationRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  group_id: z.string(),
  incident_id: z.string().nullable(),
  receiver_id: z.string().nullable(),
  receiver: z.string().nullable(),
  status: notificationStatus,
  reason: notificationReason,
  by: z.array(z.string()),
  firing: z.number(),
  resolved: z.number(),
  group_labels: labelSet,
  fingerprints: z.array(z.string()),
  key: z.string().nullable(),
  attempts: z.array(attemptRow),
  attempt_count: z.number(),
  next_at: z.date().nullable(),
  created_at: z.date(),
  ended_at: z.date().nullable(),
})
export type NotificationRow = z.output<typeof notificationRow>
export const NOTIFICATION_COLUMNS = Object.keys(notificationRow.shape)
