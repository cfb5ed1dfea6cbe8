import { z } from 'zod'
import { actor } from './access'
import { severity } from './alerts'
import { byId, page, plainText, reasonQuery, time, timeGiven, uuid, visibleText } from './fields'
import { labelSet } from './matchers'
import type { Routes } from './route'
import { RULE_TYPES } from './values'

export const ruleType = z.enum(RULE_TYPES)
export type RuleType = z.output<typeof ruleType>

/** Which monitors a rule watches: these ids, those with all of these labels, or all. */
export const ruleMonitors = z
  .strictObject({
    ids: z.array(uuid).min(1).max(1_000).optional(),
    labels: labelSet.optional(),
    all: z.boolean().optional(),
  })
  .refine(
    ({ ids, labels, all }) => Boolean(ids) || all === true || Object.keys(labels ?? {}).length > 0,
    'must name ids, labels, or all: true',
  )
export type RuleMonitors = z.output<typeof ruleMonitors>

export const monitorRule = z
  .object({
    id: z.string(),
    name: z.string(),
    type: ruleType,
    monitors: ruleMonitors,
    /** Failures in a row, ms, percent, days, or missed heartbeats: by type. */
    threshold: z.number(),
    /** Of `latency_over` and `error_rate`. */
    window_seconds: z.number().nullable(),
    /** Of `latency_over`. */
    percentile: z.number().nullable(),
    severity,
    enabled: z.boolean(),
    /** Monitors for which it fires now. */
    firing: z.number(),
    created_by: actor,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Rule' })
export type MonitorRule = z.output<typeof monitorRule>

const windowSeconds = z.number().int().min(1).max(86_400)
const percentile = z.number().min(1).max(99.9)
const fields = {
  name: visibleText(200),
  monitors: ruleMonitors,
  threshold: z.number().positive().max(1_000_000),
  window_seconds: windowSeconds,
  percentile,
  severity,
  enabled: z.boolean(),
}
const input = z.strictObject({
  ...fields,
  type: ruleType,
  monitors: ruleMonitors.default({ all: true }),
  /** Default: 3 failures, 1 heartbeat, 30 days; the others need one. */
  threshold: fields.threshold.optional(),
  /** Default: 300. */
  window_seconds: windowSeconds.optional(),
  /** Default: 95. */
  percentile: percentile.optional(),
  severity: severity.default('critical'),
  enabled: z.boolean().default(true),
})
export type RuleInput = z.output<typeof input>
const change = z.strictObject({
  name: fields.name.optional(),
  monitors: fields.monitors.optional(),
  threshold: fields.threshold.optional(),
  window_seconds: fields.window_seconds.optional(),
  percentile: fields.percentile.optional(),
  severity: fields.severity.optional(),
  enabled: fields.enabled.optional(),
})
export type RuleChange = z.output<typeof change>

/** When a rule would have fired. */
const firing = z.object({
  monitor_id: z.string(),
  monitor_name: z.string(),
  from: time,
  /** Null: it would fire now. */
  to: time.nullable(),
})
export const rulePreview = z.object({
  from: time,
  to: time,
  count: z.number(),
  /** How many monitors it watches. */
  monitors: z.number(),
  /** The first hundred. */
  items: z.array(firing),
})
export type RulePreview = z.output<typeof rulePreview>

export const ruleRoutes = {
  list: {
    method: 'get',
    path: '/api/rules',
    role: 'viewer',
    summary: 'Lists the rules by which monitors raise alerts.',
    query: z.strictObject({
      /** Only those that watch this monitor. */
      monitor_id: uuid.optional(),
      q: plainText(200).optional(),
    }),
    replies: { 200: page(monitorRule) },
  },
  create: {
    method: 'post',
    path: '/api/rules',
    role: 'operator',
    summary: 'Creates a rule.',
    body: input,
    example: { name: 'Slow', type: 'latency_over', threshold: 800, window_seconds: 300, severity: 'warning' },
    replies: { 201: monitorRule },
  },
  preview: {
    method: 'post',
    path: '/api/rules/preview',
    role: 'viewer',
    summary: 'When a rule would have fired in the past, by the checks that are stored. Default: the last seven days.',
    body: input.omit({ name: true, severity: true, enabled: true }).extend({ since: timeGiven.optional() }),
    replies: { 200: rulePreview },
  },
  read: {
    method: 'get',
    path: '/api/rules/{id}',
    role: 'viewer',
    summary: 'Returns a rule.',
    params: byId,
    replies: { 200: monitorRule },
  },
  update: {
    method: 'patch',
    path: '/api/rules/{id}',
    role: 'operator',
    summary: 'Changes a rule.',
    params: byId,
    body: change,
    replies: { 200: monitorRule },
  },
  delete: {
    method: 'delete',
    path: '/api/rules/{id}',
    role: 'operator',
    summary: 'Deletes a rule. Its alerts are resolved.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes
