import { z } from 'zod'
import { alertItem } from './alerts'
import { byId, page, paging, plainText, reason, reasonQuery, several, time, timeGiven, visibleText } from './fields'
import { matcher, matchers } from './matchers'
import type { Routes } from './route'
import { SILENCE_STATES } from './values'

export const silenceState = z.enum(SILENCE_STATES)
export type SilenceState = z.output<typeof silenceState>

/** Mutes the alerts that match, for a time. */
export const silence = z
  .object({
    id: z.string(),
    state: silenceState,
    matchers: z.array(matcher),
    starts_at: time,
    ends_at: time,
    comment: z.string(),
    /** A name as given through Alertmanager's API, else the member or token. */
    created_by: z.string(),
    created_at: time,
    updated_at: time,
    /** The silence that this one replaced when it was edited. */
    replaces: z.string().nullable(),
  })
  .meta({ id: 'Silence' })
export type Silence = z.output<typeof silence>

export const silenceItem = silence.extend({
  /** Firing alerts that it mutes now; null unless it is active. */
  muted_count: z.number().nullable(),
})
export type SilenceItem = z.output<typeof silenceItem>

const input = z.strictObject({
  matchers: matchers.min(1),
  /** Default: now. A time in the past means now. */
  starts_at: timeGiven.optional(),
  ends_at: timeGiven,
  comment: visibleText(1_000),
  /** Needed when it would mute very many alerts. */
  confirm: z.boolean().optional(),
})
export type SilenceInput = z.output<typeof input>

const change = z.strictObject({
  matchers: matchers.min(1).optional(),
  starts_at: timeGiven.optional(),
  ends_at: timeGiven.optional(),
  comment: visibleText(1_000).optional(),
  confirm: z.boolean().optional(),
})
export type SilenceChange = z.output<typeof change>

export const silenceRoutes = {
  list: {
    method: 'get',
    path: '/api/silences',
    role: 'viewer',
    summary: 'Lists silences: active ones first, then pending, then expired, each by when they end.',
    query: z.strictObject({ state: several(silenceState).optional(), q: plainText(200).optional(), ...paging() }),
    replies: { 200: page(silenceItem) },
  },
  create: {
    method: 'post',
    path: '/api/silences',
    role: 'operator',
    summary: 'Mutes the alerts that match, from `starts_at` (default: now) until `ends_at`.',
    body: input,
    replies: { 201: silence },
  },
  preview: {
    method: 'post',
    path: '/api/silences/preview',
    role: 'viewer',
    summary: 'Which firing alerts matchers would mute now.',
    body: z.strictObject({ matchers: matchers.min(1) }),
    replies: {
      200: z.object({
        count: z.number(),
        /** Up to 20. */
        items: z.array(alertItem),
        /** Alerts that matched in the last seven days. */
        recent_count: z.number(),
        /** It mutes so many that creating it needs `confirm`. */
        needs_confirm: z.boolean(),
      }),
    },
  },
  read: {
    method: 'get',
    path: '/api/silences/{id}',
    role: 'viewer',
    summary: 'Returns a silence.',
    params: byId,
    replies: { 200: silenceItem },
  },
  update: {
    method: 'patch',
    path: '/api/silences/{id}',
    role: 'operator',
    summary:
      'Changes a silence. Other matchers, an earlier start, and any change of one that has expired end it and create a new one, whose `replaces` names it.',
    params: byId,
    body: change,
    replies: { 200: silence },
  },
  delete: {
    method: 'delete',
    path: '/api/silences/{id}',
    role: 'operator',
    summary: 'Ends a silence now.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes

/** Mutes the alerts that match, again and again or once. What began and ended in it is never notified. */
export const maintenanceWindow = z
  .object({
    id: z.string(),
    name: z.string(),
    matchers: z.array(matcher),
    /** Either these three or `starts_at` and `ends_at` are set. */
    cron: z.string().nullable(),
    timezone: z.string().nullable(),
    duration_minutes: z.number().nullable(),
    starts_at: time.nullable(),
    ends_at: time.nullable(),
    enabled: z.boolean(),
    /** The timing in words. */
    words: z.string(),
    /** Whether it mutes now, and until when. */
    is_open: z.boolean(),
    open_until: time.nullable(),
    /** Up to ten, the next or current one first. */
    next: z.array(z.object({ starts_at: time, ends_at: time })),
    created_by: z.string(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'MaintenanceWindow' })
export type MaintenanceWindow = z.output<typeof maintenanceWindow>

const windowFields = {
  name: visibleText(200),
  matchers: matchers.min(1),
  cron: plainText(200).optional(),
  timezone: plainText(100).optional(),
  duration_minutes: z
    .number()
    .int()
    .min(1)
    .max(7 * 24 * 60)
    .optional(),
  starts_at: timeGiven.optional(),
  ends_at: timeGiven.optional(),
  enabled: z.boolean().default(true),
}
const windowInput = z.strictObject(windowFields)
export type MaintenanceInput = z.output<typeof windowInput>
const windowChange = z.strictObject({ ...windowFields, enabled: z.boolean(), reason }).partial()
export type MaintenanceChange = z.output<typeof windowChange>

export const maintenanceRoutes = {
  list: {
    method: 'get',
    path: '/api/maintenance-windows',
    role: 'viewer',
    summary: 'Lists maintenance windows by name, with their next times.',
    query: z.strictObject({ q: plainText(200).optional(), ...paging({ defaultLimit: 100 }) }),
    replies: { 200: page(maintenanceWindow) },
  },
  create: {
    method: 'post',
    path: '/api/maintenance-windows',
    role: 'operator',
    summary:
      'Mutes the alerts that match from `starts_at` to `ends_at`, or for `duration_minutes` whenever `cron` is due in `timezone` (UTC unless given).',
    body: windowInput,
    replies: { 201: maintenanceWindow },
  },
  read: {
    method: 'get',
    path: '/api/maintenance-windows/{id}',
    role: 'viewer',
    summary: 'Returns a maintenance window.',
    params: byId,
    replies: { 200: maintenanceWindow },
  },
  update: {
    method: 'patch',
    path: '/api/maintenance-windows/{id}',
    role: 'operator',
    summary: 'Changes a maintenance window; omitted fields stay unchanged.',
    params: byId,
    body: windowChange,
    replies: { 200: maintenanceWindow },
  },
  delete: {
    method: 'delete',
    path: '/api/maintenance-windows/{id}',
    role: 'operator',
    summary: 'Deletes a maintenance window.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes
