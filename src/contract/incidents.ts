import { z } from 'zod'
import { actor } from './access'
import { occurrence, severity } from './alerts'
import { byId, page, paging, plainText, reason, several, time, uuid, visibleText } from './fields'
import { labelSet } from './matchers'
import type { Routes } from './route'
import { INCIDENT_STATUSES, TIMELINE_KINDS } from './values'

export const incidentStatus = z.enum(INCIDENT_STATUSES)
export type IncidentStatus = z.output<typeof incidentStatus>

/** A group of alerts from its first firing until all are resolved. */
export const incidentItem = z
  .object({
    id: z.string(),
    /** Counts up per tenant: `#12`. */
    number: z.number(),
    title: z.string(),
    status: incidentStatus,
    severity: severity.nullable(),
    /** Null: the route leads to incidents only. */
    receiver: z.string().nullable(),
    group_labels: labelSet,
    common_labels: labelSet,
    firing: z.number(),
    alerts: z.number(),
    /** It fires and resolves so often that notifications are held back. */
    is_flapping: z.boolean(),
    assignee: actor.nullable(),
    acknowledged_by: actor.nullable(),
    acknowledged_at: time.nullable(),
    resolved_by: actor.nullable(),
    resolved_at: time.nullable(),
    opened_at: time,
    updated_at: time,
    /** When its group is looked at next, and notified if there is something to tell. */
    next_flush_at: time.nullable(),
  })
  .meta({ id: 'Incident' })
export type IncidentItem = z.output<typeof incidentItem>

export const timelineEntry = z.object({
  id: z.string(),
  at: time,
  kind: z.enum(TIMELINE_KINDS),
  /** Null: the platform itself. */
  actor: actor.nullable(),
  /** What somebody gave; of `notified`, `notify_failed` and `not_notified` that of the notification. */
  reason: z.string().nullable(),
  text: z.string().nullable(),
  /** How many alerts it is about, and the first hundred of them. */
  count: z.number().nullable(),
  fingerprints: z.array(z.string()),
  /** Silences, inhibiting alerts, windows or receivers. */
  by: z.array(z.string()),
  notification_id: z.string().nullable(),
})
export type TimelineEntry = z.output<typeof timelineEntry>

const incident = incidentItem.extend({
  common_annotations: labelSet,
  links: labelSet,
})
export type Incident = z.output<typeof incident>

/** `data` of `incident_created`, `incident_acknowledged` and `incident_resolved`. */
export const incidentEvent = z.object({
  incident_id: z.string(),
  status: incidentStatus,
  title: z.string(),
  severity: severity.nullable(),
  labels: labelSet,
  fingerprints: z.array(z.string()),
  /** Of incidents that a monitor's rule opened. */
  monitor_id: z.string().nullable(),
  alert_rule_id: z.string().nullable(),
  rule_name: z.string().nullable(),
  trigger_value: z.string().nullable(),
})
export type IncidentEvent = z.output<typeof incidentEvent>

/** `data` of `incident_updated`: something was added to the timeline. */
export const incidentUpdated = z.object({ incident_id: z.string(), status: incidentStatus, entry: timelineEntry })

const reasonGiven = z.strictObject({ reason: reason.optional() }).optional()

export const incidentRoutes = {
  list: {
    method: 'get',
    path: '/api/incidents',
    role: 'viewer',
    summary: 'Lists incidents, the newest first.',
    query: z.strictObject({
      status: several(incidentStatus).optional(),
      /** In title and labels, or `#number`. */
      q: plainText(200).optional(),
      severity: several(severity).optional(),
      ...paging(),
    }),
    replies: { 200: page(incidentItem) },
  },
  read: {
    method: 'get',
    path: '/api/incidents/{id}',
    role: 'viewer',
    summary: 'An incident with its alerts (up to 200) and the latest 200 entries of its timeline.',
    params: byId,
    replies: { 200: z.object({ incident, alerts: z.array(occurrence), timeline: z.array(timelineEntry) }) },
  },
  alerts: {
    method: 'get',
    path: '/api/incidents/{id}/alerts',
    role: 'viewer',
    summary: 'The alerts of an incident, firing ones first.',
    params: byId,
    query: z.strictObject(paging({ defaultLimit: 100 })),
    replies: { 200: page(occurrence) },
  },
  timeline: {
    method: 'get',
    path: '/api/incidents/{id}/timeline',
    role: 'viewer',
    summary: 'The timeline of an incident, the newest entry first.',
    params: byId,
    query: z.strictObject(paging({ defaultLimit: 100 })),
    replies: { 200: page(timelineEntry) },
  },
  acknowledge: {
    method: 'post',
    path: '/api/incidents/{id}/acknowledge',
    role: 'operator',
    summary: 'Somebody takes care of it: it is not repeated. New alerts of it are still notified.',
    params: byId,
    body: reasonGiven,
    replies: { 200: incident },
  },
  assign: {
    method: 'post',
    path: '/api/incidents/{id}/assign',
    role: 'operator',
    summary: 'Assigns an incident to a member; null takes the assignment back.',
    params: byId,
    body: z.strictObject({ user_id: uuid.nullable(), reason: reason.optional() }),
    replies: { 200: incident },
  },
  note: {
    method: 'post',
    path: '/api/incidents/{id}/note',
    role: 'operator',
    summary: 'Adds a note to the timeline.',
    params: byId,
    body: z.strictObject({ text: visibleText(10_000) }),
    replies: { 201: timelineEntry },
  },
  resolve: {
    method: 'post',
    path: '/api/incidents/{id}/resolve',
    role: 'operator',
    summary:
      'Resolves an incident by hand. It does not reopen while the same occurrences go on firing; a new occurrence opens a new incident.',
    params: byId,
    body: reasonGiven,
    replies: { 200: incident },
  },
} as const satisfies Routes
