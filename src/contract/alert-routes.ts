import { z } from 'zod'
import { mutes } from './alerts'
import { plainText, reason, time } from './fields'
import { labelSet, matcher, matchers } from './matchers'
import { receiverType } from './receivers'
import type { Routes } from './route'

/** Seconds; Alertmanager's defaults apply where none is set up to the root: 30 s, 5 min, 4 h. */
const seconds = (min: number) =>
  z
    .number()
    .int()
    .min(min)
    .max(30 * 86_400)

/** Times that recur, in Alertmanager's terms: fields are combined, entries are alternatives. */
export const timeInterval = z.strictObject({
  times: z
    .array(z.strictObject({ start_time: plainText(5), end_time: plainText(5) }))
    .max(50)
    .optional(),
  weekdays: z.array(plainText(20)).max(7).optional(),
  days_of_month: z.array(plainText(10)).max(31).optional(),
  months: z.array(plainText(20)).max(12).optional(),
  years: z.array(plainText(11)).max(50).optional(),
  location: plainText(100).optional(),
})
export type TimeInterval = z.output<typeof timeInterval>

const route = z.strictObject({
  /** All must hold; none: everything matches. */
  matchers: matchers.default([]),
  /** Name of a receiver; null: incidents only. Left out: that of the parent. */
  receiver: plainText(200).nullable().optional(),
  /** Labels that alerts of one group share; `...` stands for all. Left out: those of the parent. */
  group_by: z.array(plainText(1_024)).max(50).optional(),
  group_wait_seconds: seconds(0).optional(),
  group_interval_seconds: seconds(1).optional(),
  repeat_interval_seconds: seconds(1).optional(),
  /** Whether its siblings are tried, too. */
  continue: z.boolean().default(false),
  /** Names of time intervals in which its groups are not notified. */
  mute_time_intervals: z.array(plainText(200)).max(20).default([]),
  /** Names of time intervals outside of which its groups are not notified. */
  active_time_intervals: z.array(plainText(200)).max(20).default([]),
  /** When its alerts stop coming for so long, that is an incident itself. */
  expect_every_seconds: seconds(10).optional(),
  get routes() {
    return z.array(route).max(5_000).default([])
  },
})
export type AlertRoute = z.output<typeof route>
export type AlertRouteInput = z.input<typeof route>

/** While a source fires, targets with the same values of `equal` are not notified. */
const inhibitRule = z.strictObject({
  name: plainText(200).optional(),
  source_matchers: matchers.default([]),
  target_matchers: matchers.default([]),
  equal: z.array(plainText(1_024)).max(50).default([]),
})
export type InhibitRule = z.output<typeof inhibitRule>

/** Routes, inhibition rules and time intervals. */
export const alertRouting = z.strictObject({
  route,
  inhibit_rules: z.array(inhibitRule).max(500).default([]),
  /** By name. */
  time_intervals: z.record(plainText(200), z.array(timeInterval).max(50)).default({}),
})
export type AlertRouting = z.output<typeof alertRouting>
export type AlertRoutingInput = z.input<typeof alertRouting>

const stored = alertRouting.extend({
  /** Counts the changes. */
  version: z.number(),
  updated_at: time.nullable(),
  updated_by: z.string().nullable(),
})
export type StoredRouting = z.output<typeof stored>

/** Something of an imported file: `path` is its place in it. */
const importNote = z.object({ path: z.string(), line: z.number().nullable(), what: z.string(), because: z.string() })
export type ImportNote = z.output<typeof importNote>

/** A setting of an imported receiver that is not in the file, to be given as `secrets[receiver][setting]`. */
const askedSetting = z.object({
  receiver: z.string(),
  type: receiverType,
  setting: z.string(),
  because: z.string(),
  /** Where the file would hold it; one place may be that of several receivers. */
  path: z.string(),
  line: z.number(),
})
export type AskedSetting = z.output<typeof askedSetting>

/** A route on the way of a label set through the tree. */
const step = z.object({
  /** Indexes from the root: `[0, 2]` is the third child of the first child. */
  path: z.array(z.number()),
  matchers: z.array(matcher),
  matched: z.boolean(),
  /** Null: it is on the way, and a child took the alert. */
  receiver: z.string().nullable(),
  is_end: z.boolean(),
  continue: z.boolean(),
})

export const alertRouteRoutes = {
  read: {
    method: 'get',
    path: '/api/alert-routes',
    role: 'viewer',
    summary: 'The tree of routes, inhibition rules and time intervals.',
    replies: { 200: stored },
  },
  replace: {
    method: 'put',
    path: '/api/alert-routes',
    role: 'admin',
    summary: 'Replaces the tree of routes. Groups that go on existing keep their timers and are not notified again.',
    body: alertRouting.extend({
      /** Refuses the change with 409 unless this is the version it was made from. */
      version: z.number().int().optional(),
      reason: reason.optional(),
    }),
    bodyBytesMax: 1024 * 1024,
    replies: { 200: stored },
  },
  import: {
    method: 'post',
    path: '/api/alert-routes/import',
    role: 'admin',
    summary:
      'Imports an `alertmanager.yml`: routes, inhibition rules, time intervals and receivers. With `dry_run` nothing is stored. What is not carried over is listed.',
    body: z.strictObject({
      yaml: z
        .string()
        .min(1)
        .max(512 * 1024),
      dry_run: z.boolean().default(false),
      /** Values for what the file does not hold, as texts by receiver and setting: `{"team-x": {"password": "..."}}`. */
      secrets: z.record(z.string(), z.record(z.string(), z.string())).default({}),
      reason: reason.optional(),
    }),
    bodyBytesMax: 1024 * 1024,
    replies: {
      200: z.object({
        stored: z.boolean(),
        routing: alertRouting,
        receivers: z.array(
          z.object({ name: z.string(), type: z.string(), outcome: z.enum(['created', 'kept', 'disabled']) }),
        ),
        asked: z.array(askedSetting),
        adapted: z.array(importNote),
        not_imported: z.array(importNote),
      }),
    },
  },
  test: {
    method: 'post',
    path: '/api/alert-routes/test',
    role: 'viewer',
    summary: 'The way of a label set through the tree, which receivers it reaches, and what would mute it now.',
    body: z.strictObject({
      labels: labelSet,
      /** A tree to test instead of the stored one. */
      routing: alertRouting.optional(),
    }),
    bodyBytesMax: 1024 * 1024,
    replies: {
      200: z.object({
        fingerprint: z.string(),
        steps: z.array(step),
        routes: z.array(
          z.object({
            path: z.array(z.number()),
            receiver: z.string().nullable(),
            group_labels: labelSet,
            group_wait_seconds: z.number(),
            group_interval_seconds: z.number(),
            repeat_interval_seconds: z.number(),
            /** Time intervals that mute it now. */
            muted_by_intervals: z.array(z.string()),
          }),
        ),
        receivers: z.array(z.string()),
        mutes,
      }),
    },
  },
} as const satisfies Routes
