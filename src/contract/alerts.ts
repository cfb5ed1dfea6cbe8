import { z } from 'zod'
import { flag, page, paging, plainText, several, time } from './fields'
import { labelSet } from './matchers'
import { notification } from './receivers'
import type { Routes } from './route'
import { ALERT_SOURCES, ALERT_STATES, RESOLVED_BY, SEVERITIES } from './values'

export const alertState = z.enum(ALERT_STATES)
export type AlertState = z.output<typeof alertState>
export const alertSource = z.enum(ALERT_SOURCES)
export type AlertSource = z.output<typeof alertSource>
export const severity = z.enum(SEVERITIES)
export type Severity = z.output<typeof severity>
const resolvedBy = z.enum(RESOLVED_BY)

/** What keeps an alert from being notified. All of these may hold at once. */
export const mutes = z.object({
  /** Ids of active silences. */
  silenced_by: z.array(z.string()),
  /** Fingerprints of firing alerts. */
  inhibited_by: z.array(z.string()),
  /** Names of maintenance windows that are open. */
  maintenance: z.array(z.string()),
})
export type Mutes = z.output<typeof mutes>

/** One occurrence of an alert: from when it fires until it is resolved. */
export const occurrence = z.object({
  id: z.string(),
  fingerprint: z.string(),
  source: alertSource,
  labels: labelSet,
  annotations: labelSet,
  generator_url: z.string().nullable(),
  starts_at: time,
  /** When it is resolved unless its source reports it again; null: only its source resolves it. */
  ends_at: time.nullable(),
  resolved_at: time.nullable(),
  resolved_by: resolvedBy.nullable(),
})
export type Occurrence = z.output<typeof occurrence>

export const alertItem = occurrence.extend({
  state: alertState,
  /** Addresses of what it is about, by what they lead to. */
  links: labelSet,
  ...mutes.shape,
  /** Names of the receivers its routes lead to; empty: incidents only. */
  receivers: z.array(z.string()),
  /** Open incidents that it belongs to. */
  incident_ids: z.array(z.string()),
})
export type AlertItem = z.output<typeof alertItem>

const count = z.object({ value: z.string(), count: z.number() })
/** How many alerts have each value of a label. */
const facet = z.object({ name: z.string(), values: z.array(count) })

/** Alerts that have the same values of the labels asked for. */
const alertGroup = z.object({ labels: labelSet, count: z.number(), severities: z.array(count) })
export type AlertGroup = z.output<typeof alertGroup>

/** `filter=` is one matcher as text, such as `severity="critical"`; repeated ones must all hold. */
const filters = {
  /** Default: firing and suppressed. */
  state: several(alertState).optional(),
  filter: z.union([z.string().transform(text => [text]), z.array(z.string()).max(50)]).optional(),
  /** In labels and annotations. */
  q: plainText(200).optional(),
  source: several(alertSource).optional(),
  /** Started after this time or in this period: `24h`. */
  since: plainText(40).optional(),
}

/** `data` of `alert_created`, `alert_firing`, `alert_resolved`, `alert_silenced` and `alert_inhibited`. */
export const alertEvent = z.object({
  id: z.string(),
  fingerprint: z.string(),
  source: alertSource,
  labels: labelSet,
  starts_at: time,
  resolved_at: time.nullable(),
  resolved_by: resolvedBy.nullable(),
  /** Of `alert_silenced` and `alert_inhibited`. */
  by: z.array(z.string()).optional(),
  /** Of `alert_firing`: what it was before. */
  from: z.enum(['silenced', 'inhibited', 'maintenance']).optional(),
})
export type AlertEvent = z.output<typeof alertEvent>

/** A condition that the platform watches itself, and what a tenant has set for it. */
const alertRule = z.object({
  name: z.string(),
  source: alertSource,
  summary: z.string(),
  enabled: z.boolean(),
  severity,
  /** What its numbers mean is in `summary`; null: it has none. */
  threshold: z.number().nullable(),
  window_seconds: z.number().nullable(),
})
export type AlertRule = z.output<typeof alertRule>
const ruleChange = z.strictObject({
  enabled: z.boolean().optional(),
  severity: severity.optional(),
  threshold: z.number().int().min(1).max(1_000_000).optional(),
  window_seconds: z
    .number()
    .int()
    .min(10)
    .max(90 * 86_400)
    .optional(),
})

export const alertRoutes = {
  list: {
    method: 'get',
    path: '/api/alerts',
    role: 'viewer',
    summary: 'Lists alerts, the newest occurrence first. `filter=` is a matcher such as `severity="critical"`.',
    query: z.strictObject({
      ...filters,
      /** Also counts open alerts by the values of these labels. */
      group_by: several(plainText(200)).optional(),
      ...paging({ defaultLimit: 100 }),
    }),
    replies: {
      200: page(alertItem).extend({
        /** Only with `group_by`: the 200 largest groups. */
        groups: z.array(alertGroup).optional(),
      }),
    },
  },
  groups: {
    method: 'get',
    path: '/api/alerts/groups',
    role: 'viewer',
    summary: 'Counts alerts by the values of labels (`group_by=team,job`), the largest group first.',
    query: z.strictObject({
      ...filters,
      group_by: several(plainText(200)),
      limit: z.coerce.number().int().min(1).max(1_000).default(200),
    }),
    replies: { 200: z.object({ items: z.array(alertGroup), total_groups: z.number(), total: z.number() }) },
  },
  facets: {
    method: 'get',
    path: '/api/alerts/facets',
    role: 'viewer',
    summary: 'Counts open alerts by state, severity and source, and by the most common values of their labels.',
    query: z.strictObject({ ...filters, values: flag.default(true) }),
    replies: {
      200: z.object({
        total: z.number(),
        states: z.array(count),
        severities: z.array(count),
        sources: z.array(count),
        labels: z.array(facet),
      }),
    },
  },
  rules: {
    method: 'get',
    path: '/api/alerts/rules',
    role: 'viewer',
    summary: 'The conditions of the platform itself that raise alerts.',
    replies: { 200: z.object({ items: z.array(alertRule) }) },
  },
  changeRule: {
    method: 'patch',
    path: '/api/alerts/rules/{name}',
    role: 'admin',
    summary: 'Switches a condition on or off, or changes its severity and threshold.',
    params: z.strictObject({ name: plainText(64) }),
    body: ruleChange,
    replies: { 200: alertRule },
  },
  read: {
    method: 'get',
    path: '/api/alerts/{fingerprint}',
    role: 'viewer',
    summary: 'The current or latest occurrence of an alert, why it is muted, and the latest 20 notifications about it.',
    params: z.strictObject({
      fingerprint: z
        .string()
        .regex(/^[0-9a-fA-F]{16}$/)
        .toLowerCase(),
    }),
    replies: { 200: alertItem.extend({ notifications: z.array(notification) }) },
  },
  history: {
    method: 'get',
    path: '/api/alerts/{fingerprint}/history',
    role: 'viewer',
    summary: 'Every occurrence of an alert, the newest first.',
    params: z.strictObject({
      fingerprint: z
        .string()
        .regex(/^[0-9a-fA-F]{16}$/)
        .toLowerCase(),
    }),
    query: z.strictObject(paging()),
    replies: { 200: page(occurrence) },
  },
} as const satisfies Routes
