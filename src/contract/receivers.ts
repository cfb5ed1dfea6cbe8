import { z } from 'zod'
import { byId, flag, page, paging, plainText, reasonQuery, several, time, uuid, visibleText } from './fields'
import { labelSet } from './matchers'
import type { Routes } from './route'
import { NOTIFICATION_REASONS, NOTIFICATION_STATUSES, RECEIVER_TYPES } from './values'

export const receiverType = z.enum(RECEIVER_TYPES)
export type ReceiverType = z.output<typeof receiverType>

const url = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .regex(/^\w+:\/\/[^/?#@]*(?:[/?#]|$)/, 'must not contain a user name or password')
const address = z.email().max(320)
const name = visibleText(200)

/** Settings by type, as given. Those in `SECRET_SETTINGS` are stored encrypted and never returned. */
export const receiverSettings = {
  webhook: z.strictObject({
    url,
    /** Signs each notification. */
    secret: plainText(500).optional(),
    /** Sent as `Authorization: Bearer`. */
    bearer_token: plainText(4_000).optional(),
    /** Alerts in one notification; 0: all. */
    max_alerts: z.number().int().min(0).max(10_000).default(0),
  }),
  email: z.strictObject({
    to: z.array(address).min(1).max(50),
    from: address,
    host: plainText(255),
    port: z.number().int().min(1).max(65_535).default(587),
    username: plainText(500).optional(),
    password: plainText(1_000).optional(),
    /** `starttls` refuses a server that does not offer it. */
    security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
  }),
  slack: z.strictObject({
    /** An incoming webhook of Slack, Mattermost or another compatible service. The address itself is a secret. */
    url,
    channel: plainText(200).optional(),
    username: plainText(200).optional(),
  }),
  group: z.strictObject({
    /** Names of other receivers, none of them a group. */
    receivers: z.array(name).min(1).max(20),
  }),
} as const
export type ReceiverSettings = { [Type in ReceiverType]: z.output<(typeof receiverSettings)[Type]> }

export const receiver = z
  .object({
    id: z.string(),
    name: z.string(),
    type: receiverType,
    /** Secrets are left out; `has_secrets` names those that are set. */
    settings: z.record(z.string(), z.unknown()),
    has_secrets: z.array(z.string()),
    send_resolved: z.boolean(),
    enabled: z.boolean(),
    /** `failing` since its last success, when the latest attempts failed. */
    state: z.enum(['ok', 'failing', 'unused', 'disabled']),
    failing_since: time.nullable(),
    last_error: z.string().nullable(),
    last_sent_at: time.nullable(),
    /** Notifications that wait to be sent. */
    waiting: z.number(),
    /** How many routes lead to it, by its own name or that of a group. */
    routes: z.number(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Receiver' })
export type Receiver = z.output<typeof receiver>

const input = z.strictObject({
  name,
  type: receiverType,
  settings: z.record(z.string(), z.unknown()),
  /** Default: true for webhooks and groups, false for others. A group without it tells none of its receivers. */
  send_resolved: z.boolean().optional(),
  enabled: z.boolean().default(true),
})
export type ReceiverInput = z.output<typeof input>
const change = z.strictObject({
  name: name.optional(),
  /** Merged into what is there; null removes one. */
  settings: z.record(z.string(), z.unknown()).optional(),
  send_resolved: z.boolean().optional(),
  enabled: z.boolean().optional(),
})
export type ReceiverChange = z.output<typeof change>

export const receiverRoutes = {
  list: {
    method: 'get',
    path: '/api/receivers',
    role: 'viewer',
    summary: 'Lists receivers by name.',
    query: z.strictObject({ q: plainText(200).optional(), ...paging({ defaultLimit: 100 }) }),
    replies: { 200: page(receiver) },
  },
  create: {
    method: 'post',
    path: '/api/receivers',
    role: 'admin',
    summary: 'Creates a receiver: a webhook, an email address, a Slack-compatible channel, or a group of receivers.',
    body: input,
    replies: { 201: receiver },
  },
  read: {
    method: 'get',
    path: '/api/receivers/{id}',
    role: 'viewer',
    summary: 'Returns a receiver.',
    params: byId,
    replies: { 200: receiver },
  },
  update: {
    method: 'patch',
    path: '/api/receivers/{id}',
    role: 'admin',
    summary: 'Changes a receiver. Settings are merged; secrets that are left out stay as they are.',
    params: byId,
    body: change,
    replies: { 200: receiver },
  },
  delete: {
    method: 'delete',
    path: '/api/receivers/{id}',
    role: 'admin',
    summary: 'Deletes a receiver that no route and no group names.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
  test: {
    method: 'post',
    path: '/api/receivers/{id}/test',
    role: 'admin',
    summary:
      'Sends a notification that is marked as a test, and returns what the receiver (or each of a group) answered.',
    params: byId,
    replies: {
      200: z.object({
        ok: z.boolean(),
        status_code: z.number().nullable(),
        error: z.string().nullable(),
        duration_ms: z.number(),
      }),
    },
  },
} as const satisfies Routes

export const notificationStatus = z.enum(NOTIFICATION_STATUSES)
export type NotificationStatus = z.output<typeof notificationStatus>
export const notificationReason = z.enum(NOTIFICATION_REASONS)
export type NotificationReason = z.output<typeof notificationReason>

export const notificationAttempt = z.object({
  at: time,
  duration_ms: z.number(),
  ok: z.boolean(),
  status_code: z.number().nullable(),
  error: z.string().nullable(),
})

/** A notification, or a decision not to send one. */
export const notification = z
  .object({
    id: z.string(),
    incident_id: z.string().nullable(),
    /** Null: the route leads to incidents only, or the receiver was deleted. */
    receiver_id: z.string().nullable(),
    receiver: z.string().nullable(),
    status: notificationStatus,
    /** Why it was sent, or was not. */
    reason: notificationReason,
    /** Ids of silences, fingerprints of inhibiting alerts, names of windows, or who acknowledged. */
    by: z.array(z.string()),
    firing: z.number(),
    resolved: z.number(),
    group_labels: labelSet,
    /** The idempotency key that the receiver gets. */
    key: z.string().nullable(),
    attempts: z.array(notificationAttempt),
    /** When it is tried again, or when it would be sent if nothing changes. */
    next_at: time.nullable(),
    created_at: time,
    ended_at: time.nullable(),
  })
  .meta({ id: 'Notification' })
export type Notification = z.output<typeof notification>

export const notificationRoutes = {
  list: {
    method: 'get',
    path: '/api/notifications',
    role: 'viewer',
    summary:
      'Lists notifications with every attempt, and decisions not to send one with their reason, the newest first.',
    query: z.strictObject({
      incident: uuid.optional(),
      receiver: plainText(200).optional(),
      status: several(notificationStatus).optional(),
      fingerprint: z
        .string()
        .regex(/^[0-9a-fA-F]{16}$/)
        .toLowerCase()
        .optional(),
      /** Leaves out decisions not to send. */
      sent_only: flag.default(false),
      ...paging(),
    }),
    replies: { 200: page(notification) },
  },
} as const satisfies Routes
