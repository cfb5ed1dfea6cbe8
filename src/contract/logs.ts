import { z } from 'zod'
import { byId, timeGiven, uuid } from './fields'
import type { Routes } from './route'
import { filterFields } from './streams'
import { LEVELS, SERVICES } from './values'

/** A log line. */
export const logLine = z
  .object({
    /** Counts all entries of its topic: lines, status changes, progress and the like. */
    seq: z.number().int(),
    /** Counts the log lines of its topic, from 1 without gaps. */
    line: z.number().int(),
    timestamp: z.iso.datetime(),
    level: z.enum(LEVELS),
    step: z.string().nullable(),
    attempt: z.number().int().nullable(),
    /** As it was sent, ANSI escapes included; cut at 16 KiB. */
    message: z.string(),
    source: z.string().nullable(),
    data: z.unknown().optional(),
    truncated: z.boolean().optional(),
  })
  .meta({ id: 'LogLine' })
export type LogLine = z.output<typeof logLine>

/** A page of the log of one topic. */
export const logPage = z.object({
  items: z.array(logLine),
  next_cursor: z.string().nullable(),
  first_seq: z.number().int(),
  last_seq: z.number().int(),
})
export type LogPage = z.output<typeof logPage>

/** A place in a topic: a bare sequence number, or the id of an event. */
const place = z.string().regex(/^([a-z0-9]{1,32}\.)?\d{1,15}$/, 'This is not a sequence number.')
const { level, step, attempt, q } = filterFields
const lineFilter = { level, step, attempt, q, limit: z.coerce.number().int().min(1).max(5_000).default(500) }

const logFields = {
  ...lineFilter,
  after: place.optional(),
  before: place.optional(),
  cursor: place.optional(),
  order: z.enum(['asc', 'desc']).default('asc'),
  format: z.enum(['json', 'text', 'ndjson']).default('json'),
}
export const logQuery = z.strictObject(logFields)
export type LogQuery = z.output<typeof logQuery>

/** A page over several topics. */
export const mergedLogPage = z.object({
  items: z.array(logLine.extend({ topic: z.string() })),
  next_cursor: z.string().nullable(),
})

export const logRoutes = {
  ofJob: {
    method: 'get',
    path: '/api/jobs/{id}/logs',
    role: 'viewer',
    summary: "A page of a job's log lines, or with `format=text|ndjson` the whole log as a download.",
    params: byId,
    query: logQuery,
    replies: { 200: logPage },
  },
  ofHost: {
    method: 'get',
    path: '/api/hosts/{id}/logs',
    role: 'viewer',
    summary: "A page of a host's own log lines, or with `format=text|ndjson` the whole log as a download.",
    params: byId,
    query: logQuery,
    replies: { 200: logPage },
  },
  ofService: {
    method: 'get',
    path: '/api/service/logs',
    role: 'viewer',
    summary: "A page of the program's own log lines, or with `format=text|ndjson` the whole log as a download.",
    query: z.strictObject({ ...logFields, service: z.enum(SERVICES).default('web') }),
    replies: { 200: logPage },
  },
  merged: {
    method: 'get',
    path: '/api/logs',
    role: 'viewer',
    summary: 'Log lines of a service, or of a job with all its descendants, by time.',
    query: z.strictObject({
      ...lineFilter,
      scope: z.enum(['service', 'job']),
      service: z.enum(SERVICES).optional(),
      job_id: uuid.optional(),
      descendants: z.enum(['true', 'false']).default('false'),
      cursor: z.string().max(60).optional(),
      /** Lines written at or after this time. */
      since: timeGiven.optional(),
    }),
    replies: { 200: mergedLogPage },
  },
} as const satisfies Routes
