import { z } from 'zod'
import { actor } from './access'
import { check, checkOutcome } from './checks'
import { byId, page, paging, plainText, reason, reasonQuery, several, time, uuid, visibleText } from './fields'
import { jobAccepted } from './jobs'
import { labelSet } from './matchers'
import { LABELS_MAX, monitorLabels } from './monitor-labels'
import { monitorType } from './monitor-settings'
import type { Routes } from './route'
import { MONITOR_STATUSES } from './values'

export const monitorStatus = z.enum(MONITOR_STATUSES)
export type MonitorStatus = z.output<typeof monitorStatus>
export const monitor = z
  .object({
    id: z.string(),
    name: z.string(),
    type: monitorType,
    /** Null for `push`. */
    target: z.string().nullable(),
    interval_seconds: z.number(),
    timeout_ms: z.number(),
    /** How often a failure is tried again before it counts, every `retry_interval_seconds`. */
    retries: z.number(),
    retry_interval_seconds: z.number(),
    /** Successes in a row after which a monitor that is down is up again, every `retry_interval_seconds`. */
    confirm_up: z.number(),
    /** By type. Secrets are left out; `has_secrets` names those that are set, such as `headers.authorization`. */
    settings: z.record(z.string(), z.unknown()),
    has_secrets: z.array(z.string()),
    labels: labelSet,
    enabled: z.boolean(),
    status: monitorStatus,
    status_since: time,
    /** Checks in a row that failed. */
    failures: z.number(),
    last_check: check.nullable(),
    next_check_at: time.nullable(),
    created_by: actor,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Monitor' })
export type Monitor = z.output<typeof monitor>

/** A monitor in a list: short, because lists are long. */
export const monitorItem = z.object({
  id: z.string(),
  name: z.string(),
  type: monitorType,
  target: z.string().nullable(),
  interval_seconds: z.number(),
  labels: labelSet,
  status: monitorStatus,
  status_since: time,
  /** Null before the first check. */
  last_checked_at: time.nullable(),
  latency_ms: z.number().nullable(),
  status_code: z.number().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  tls_expires_at: time.nullable(),
  /** The latest checks, oldest first: `u` up, `d` down, `?` unknown. */
  recent: z.string(),
})
export type MonitorItem = z.output<typeof monitorItem>

/** `data` of `monitor_check`. */
export const monitorCheckEvent = z.object({
  monitor_id: z.string(),
  monitor_name: z.string(),
  status: checkOutcome.shape.status,
  success: z.boolean(),
  status_code: z.number().nullable(),
  response_time_ms: z.number().nullable(),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  ssl_valid: z.boolean().nullable(),
  ssl_expires_at: time.nullable(),
  checked_at: time,
})
export type MonitorCheckEvent = z.output<typeof monitorCheckEvent>

/** `data` of `monitor_status`. */
export const monitorStatusEvent = z.object({
  monitor_id: z.string(),
  monitor_name: z.string(),
  /** `deleted` is the last one of a monitor. */
  status: z.enum([...MONITOR_STATUSES, 'deleted']),
  previous: monitorStatus.nullable(),
  since: time,
})
export type MonitorStatusEvent = z.output<typeof monitorStatusEvent>

const DAY_SECONDS = 86_400
const fields = {
  name: visibleText(200),
  interval_seconds: z
    .number()
    .int()
    .min(1)
    .max(366 * DAY_SECONDS),
  timeout_ms: z.number().int().min(100).max(120_000),
  retries: z.number().int().min(0).max(10),
  retry_interval_seconds: z.number().int().min(1).max(3_600),
  confirm_up: z.number().int().min(1).max(10),
  labels: monitorLabels,
  enabled: z.boolean(),
}

/** The type's own schema checks `target` and `settings`. */
export const monitorInput = z.strictObject({
  name: fields.name,
  type: monitorType,
  target: plainText(2_048).nullable().optional(),
  interval_seconds: fields.interval_seconds.default(60),
  timeout_ms: fields.timeout_ms.default(10_000),
  retries: fields.retries.default(0),
  retry_interval_seconds: fields.retry_interval_seconds.default(5),
  confirm_up: fields.confirm_up.default(1),
  settings: z.record(z.string(), z.unknown()).default({}),
  labels: fields.labels.default({}),
  enabled: fields.enabled.default(true),
})
export type MonitorInput = z.output<typeof monitorInput>

const monitorChange = z.strictObject({
  name: fields.name.optional(),
  target: plainText(2_048).optional(),
  interval_seconds: fields.interval_seconds.optional(),
  timeout_ms: fields.timeout_ms.optional(),
  retries: fields.retries.optional(),
  retry_interval_seconds: fields.retry_interval_seconds.optional(),
  confirm_up: fields.confirm_up.optional(),
  /** Merged into what is there; null removes one. Secrets that are left out stay as they are. */
  settings: z.record(z.string(), z.unknown()).optional(),
  labels: fields.labels.optional(),
  enabled: fields.enabled.optional(),
  reason: reason.optional(),
})
export type MonitorChange = z.output<typeof monitorChange>

/** Which monitors: what is left out does not matter. */
const filters = {
  status: several(monitorStatus).optional(),
  type: several(monitorType).optional(),
  /** In name, target and labels. */
  q: plainText(200).optional(),
  /** `name=value`, or a name alone; repeated ones must all hold. */
  label: z.union([z.string().transform(text => [text]), z.array(z.string()).max(20)]).optional(),
}
/** The same in a body. */
const selection = z.strictObject({
  ids: z.array(uuid).min(1).max(10_000).optional(),
  status: z.array(monitorStatus).min(1).optional(),
  type: z.array(monitorType).min(1).optional(),
  q: plainText(200).optional(),
  labels: labelSet.optional(),
  all: z.literal(true).optional(),
})
export type MonitorSelection = z.output<typeof selection>

const bulkChange = z.strictObject({
  interval_seconds: fields.interval_seconds.optional(),
  timeout_ms: fields.timeout_ms.optional(),
  retries: fields.retries.optional(),
  retry_interval_seconds: fields.retry_interval_seconds.optional(),
  confirm_up: fields.confirm_up.optional(),
  /** Added, or given another value. */
  set_labels: monitorLabels.optional(),
  remove_labels: z.array(plainText(200)).max(LABELS_MAX).optional(),
})
export type BulkChange = z.output<typeof bulkChange>

const reasonGiven = z.strictObject({ reason: reason.optional() }).optional()

export const monitorRoutes = {
  list: {
    method: 'get',
    path: '/api/monitors',
    role: 'viewer',
    summary: 'Lists monitors, with the number of monitors in each status.',
    query: z.strictObject({
      ...filters,
      sort: z.enum(['name', '-name', 'status', '-latency', 'tls_expires_at']).default('name'),
      ...paging({ defaultLimit: 100 }),
    }),
    replies: { 200: page(monitorItem).extend({ counts: z.record(monitorStatus, z.number()) }) },
  },
  create: {
    method: 'post',
    path: '/api/monitors',
    role: 'operator',
    summary:
      'Creates a monitor. Of a push monitor, the reply has the address for its heartbeats, which is shown only once.',
    body: monitorInput,
    bodyBytesMax: 512 * 1024,
    example: { name: 'Home page', type: 'http', target: 'https://example.org/', interval_seconds: 60 },
    replies: {
      201: z.object({ monitor, secret: z.string().optional(), push_url: z.string().optional() }),
    },
  },
  labels: {
    method: 'get',
    path: '/api/monitors/labels',
    role: 'viewer',
    summary: 'Lists the labels of monitors with their values, the most frequent first.',
    replies: {
      200: z.object({ items: z.array(z.object({ name: z.string(), value: z.string(), count: z.number() })) }),
    },
  },
  bulk: {
    method: 'post',
    path: '/api/monitors/actions',
    role: 'operator',
    summary: 'Pauses, resumes, changes or deletes the monitors that a filter selects; `dry_run` only counts them.',
    body: z.strictObject({
      action: z.enum(['pause', 'resume', 'update', 'delete']),
      filter: selection,
      /** Of `update`. */
      change: bulkChange.optional(),
      dry_run: z.boolean().default(false),
      reason: reason.optional(),
    }),
    bodyBytesMax: 1024 * 1024,
    replies: { 200: z.object({ count: z.number(), dry_run: z.boolean() }) },
  },
  try: {
    method: 'post',
    path: '/api/monitors/try',
    role: 'operator',
    summary:
      'Runs one check with these settings without saving anything. With `id`, secrets that are left out are those of that monitor. With `Accept: application/x-ndjson`, the log lines come as they happen, and the check last.',
    body: z.strictObject({
      id: uuid.optional(),
      type: monitorType,
      target: plainText(2_048).nullable().optional(),
      timeout_ms: fields.timeout_ms.default(10_000),
      settings: z.record(z.string(), z.unknown()).default({}),
    }),
    bodyBytesMax: 512 * 1024,
    replies: {
      200: z.object({
        check: checkOutcome,
        lines: z.array(z.object({ at: time, level: z.string(), step: z.string().nullable(), message: z.string() })),
      }),
    },
  },
  read: {
    method: 'get',
    path: '/api/monitors/{id}',
    role: 'viewer',
    summary: 'Returns a monitor with its last check.',
    params: byId,
    replies: { 200: monitor },
  },
  update: {
    method: 'patch',
    path: '/api/monitors/{id}',
    role: 'operator',
    summary: 'Changes a monitor.',
    params: byId,
    body: monitorChange,
    bodyBytesMax: 512 * 1024,
    replies: { 200: monitor },
  },
  delete: {
    method: 'delete',
    path: '/api/monitors/{id}',
    role: 'operator',
    summary: 'Deletes a monitor with its history. Its alerts are resolved.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
  check: {
    method: 'post',
    path: '/api/monitors/{id}/check',
    role: 'operator',
    summary: 'Checks now, as a job whose lines say what happens. The check counts like a scheduled one.',
    params: byId,
    body: reasonGiven,
    replies: { 202: jobAccepted },
  },
  pause: {
    method: 'post',
    path: '/api/monitors/{id}/pause',
    role: 'operator',
    summary: 'Stops checking. Its alerts are resolved.',
    params: byId,
    body: reasonGiven,
    replies: { 200: monitor },
  },
  resume: {
    method: 'post',
    path: '/api/monitors/{id}/resume',
    role: 'operator',
    summary: 'Checks again.',
    params: byId,
    body: reasonGiven,
    replies: { 200: monitor },
  },
  rotate: {
    method: 'post',
    path: '/api/monitors/{id}/push-secret',
    role: 'operator',
    summary: 'Gives a push monitor a new address; the old one stops working.',
    params: byId,
    body: reasonGiven,
    replies: { 200: z.object({ secret: z.string(), push_url: z.string() }) },
  },
} as const satisfies Routes
