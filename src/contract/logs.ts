import { z } from 'zod'
import { byId, timeGiven, uuid } from './fields'
import type { Routes } from './route'
import { filterFields } from './streams'
import { LEVELS, SERVICES } from './values'

/** A log line. */
export const logLine = z
  .object({
    /** Number among all entries of the topic: lines, status changes, progress and so on. */
    seq: z.number().int(),
    /** Number among the log lines of the topic, from 1 without gaps. */
    line: z.number().int(),
    timestamp: z.iso.datetime(),
    level: z.enum(LEVELS),
    step: z.string().nullable(),
    attempt: z.number().int().nullable(),
    /** The original text including ANSI escapes; cut at 16 KiB. */
    message: z.string(),
    source: z.string().nullable(),
    data: z.unknown().optional(),
    truncated: z.boolean().optional(),
  })
  .meta({ id: 'LogLine' })
export type LogLine = z.output<typeof logLine>

/** Data of `logs`: adjacent lines of a topic. */
export const logsEvent = z.object({
  logs: z.array(logLine),
  meta: z.object({
    topic: z.string(),
    first_seq: z.number().int(),
    last_seq: z.number().int(),
    /** Whether the lines were there before the stream was opened. */
    history: z.boolean(),
  }),
})
export type LogsEvent = z.output<typeof logsEvent>

/** A page of the log of one topic. */
export const logPage = z.object({
  items: z.array(logLine),
  next_cursor: z.string().nullable(),
  first_seq: z.number().int(),
  last_seq: z.number().int(),
})
export type LogPage = z.output<typeof logPage>

/** A position in a topic: a sequence number or the id of an event. */
const position = z.string().regex(/^([a-z0-9]{1,32}\.)?\d{1,15}$/, 'must be a sequence number or an event id')
const { level, step, attempt, q } = filterFields
const lineFilter = { level, step, attempt, q, limit: z.coerce.number().int().min(1).max(5_000).default(500) }

const logFields = {
  ...lineFilter,
  after: position.optional(),
  before: position.optional(),
  cursor: position.optional(),
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
    summary: "Returns a page of a job's log lines, or the whole log as a download with `format=text|ndjson`.",
    params: byId,
    query: logQuery,
    replies: { 200: logPage },
  },
  ofHost: {
    method: 'get',
    path: '/api/hosts/{id}/logs',
    role: 'viewer',
    summary:
      "Returns a page of the log lines of a host's agent, or the whole log as a download with `format=text|ndjson`.",
    params: byId,
    query: logQuery,
    replies: { 200: logPage },
  },
  ofService: {
    method: 'get',
    path: '/api/service/logs',
    role: 'viewer',
    summary: "Returns a page of Tailrace's own log lines, or the whole log as a download with `format=text|ndjson`.",
    query: z.strictObject({ ...logFields, service: z.enum(SERVICES).default('web') }),
    replies: { 200: logPage },
  },
  merged: {
    method: 'get',
    path: '/api/logs',
    role: 'viewer',
    summary: 'Lists log lines of a service, or of a job with all its descendants, in order of time.',
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
