import { z } from 'zod'
import { byId } from './fields'
import type { Routes } from './route'
import { LEVELS, SERVICES, TOPICS_MAX } from './values'

/** `job:<id>`, `host:<id>`, `query:<id>`, `agent:<id>`, `container:<id>`, `service:<name>`, `events`. */
export const topicName = z
  .string()
  .regex(/^[a-z]+(:[A-Za-z0-9._-]{1,100})?$/, 'must be a topic name such as job:<id> or events')

const commaList = z
  .string()
  .max(2_000)
  .transform(text => text.split(',').filter(Boolean))
const stepName = z.string().max(2_000)

/** The parameters that filter a stream or a log. All filtering is done on the server. */
export const filterFields = {
  level: commaList.pipe(z.array(z.enum(LEVELS))).optional(),
  /** One or more comma-separated names; may be repeated. A name may contain a comma. */
  step: z.union([stepName, z.array(stepName).max(100)]).optional(),
  attempt: z.coerce.number().int().min(1).max(32_767).optional(),
  q: z.string().min(1).max(500).optional(),
  /** Names of events. */
  types: commaList.optional(),
  source: z.string().max(200).optional(),
}
const filter = z.object(filterFields)
export type FilterQuery = z.output<typeof filter>

const LABEL = /^label\.[A-Za-z0-9_.-]{1,100}$/

/** The parameters of a stream on any transport. */
export const streamFields = {
  ...filterFields,
  /** Lines of history sent first. */
  limit: z.union([z.literal('all'), z.coerce.number().int().min(0).max(10_000)]).default(100),
  after: z.string().max(4_000).optional(),
  last_event_id: z.string().max(4_000).optional(),
}
const stream = z.object(streamFields)
export type StreamQuery = z.output<typeof stream>

/** A query with only these parameters and `label.<name>=`. Values must not contain NUL, which PostgreSQL cannot store. */
export const withLabels = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.looseObject(shape).superRefine((query, context) => {
    for (const [key, value] of Object.entries(query)) {
      const refuse = (message: string) => context.addIssue({ code: 'custom', path: [key], message })
      if (!Object.hasOwn(shape, key) && !(LABEL.test(key) && typeof value === 'string')) refuse('Unknown parameter.')
      else if ([value].flat().some(text => typeof text === 'string' && text.includes('\0')))
        refuse('This value contains a NUL character.')
    }
  })

/** For server-sent events: EventSource sends no headers, so pages of other origins give a ticket in the query. */
const sseFields = { ...streamFields, ticket: z.string().max(200).optional() }
export const streamQuery = withLabels(sseFields)
const tooMany = `At most ${TOPICS_MAX} topics are allowed per connection.`
/** One name or several. */
const topics = z.union([topicName, z.array(topicName).min(1).max(TOPICS_MAX, tooMany)])

/** Server-sent events; 204 if the topic has ended and the client has received everything. */
export const sse = { 200: z.string().meta({ description: 'text/event-stream' }), 204: null }

/** What a WebSocket client sends. */
export const socketMessage = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('subscribe'),
    topic: topicName,
    after: streamFields.after.nullable(),
    filter: withLabels({ ...filterFields, limit: streamFields.limit }).prefault({}),
  }),
  z.strictObject({ op: z.literal('unsubscribe'), topic: topicName }),
])

/** An event as JSON, over WebSocket and in polls. `data` depends on the event. */
export const streamEvent = z.object({ event: z.string(), id: z.string().nullable(), data: z.unknown() })
export type StreamEvent = z.output<typeof streamEvent>

/** Data of the events about a stream or its connection rather than about what happened in a topic. */
export const controlEvents = {
  /** Nothing has happened for a while. Over a WebSocket it names the topic. */
  ping: z.object({ topic: z.string().optional() }),
  /** Entries that are no longer stored, or were lost. */
  gap: z.object({
    topic: z.string(),
    from_seq: z.number(),
    to_seq: z.number(),
    missed: z.number(),
    reason: z.string(),
  }),
  /** The client's position does not exist in this topic, which is read from its start. */
  reset: z.object({ topic: z.string(), epoch: z.string(), reason: z.string() }),
  /** The topic has ended. */
  end: z.object({ topic: z.string(), reason: z.string() }),
  /** There are too many open streams. */
  overloaded: z.object({ reason: z.string(), retry_ms: z.number() }),
  /** Before a WebSocket is closed: when to connect again. */
  retry: z.object({ retry_ms: z.number() }),
  /** A message of a WebSocket client cannot be answered. */
  error: z.object({
    code: z.string(),
    topic: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })),
  }),
}
export type ControlEvents = { [Event in keyof typeof controlEvents]: z.output<(typeof controlEvents)[Event]> }

export const streamRoutes = {
  events: {
    method: 'get',
    path: '/api/v1/stream/events',
    role: 'viewer',
    summary: 'Streams the events of the tenant as they happen.',
    query: streamQuery,
    replies: sse,
  },
  eventsV2: {
    method: 'get',
    path: '/api/v2/events/stream',
    role: 'viewer',
    summary: 'Streams the events of the tenant as they happen.',
    query: streamQuery,
    replies: sse,
  },
  job: {
    method: 'get',
    path: '/api/jobs/{id}/logs/stream',
    role: 'viewer',
    summary: "Streams a job's log lines, status and progress.",
    params: byId,
    query: streamQuery,
    replies: sse,
  },
  query: {
    method: 'get',
    path: '/api/queries/{id}/stream',
    role: 'viewer',
    summary: 'Streams the counts and results of a live query as they arrive.',
    params: byId,
    query: streamQuery,
    replies: sse,
  },
  service: {
    method: 'get',
    path: '/api/service/logs/stream',
    role: 'viewer',
    summary: "Streams Tailrace's own log lines, from its web or worker processes.",
    query: withLabels({ ...sseFields, service: z.enum(SERVICES).default('web') }),
    replies: sse,
  },
  topics: {
    method: 'get',
    path: '/api/stream',
    role: 'viewer',
    summary: `Streams up to ${TOPICS_MAX} topics on one connection, with one combined event id.`,
    query: withLabels({ ...sseFields, topic: topics }),
    replies: sse,
  },
  poll: {
    method: 'get',
    path: '/api/stream/poll',
    role: 'viewer',
    summary: 'Returns the same events as JSON, for clients that can use neither server-sent events nor WebSockets.',
    query: withLabels({
      ...streamFields,
      topic: topics,
      wait_ms: z.coerce.number().int().min(0).max(60_000).default(25_000),
    }),
    replies: { 200: z.object({ events: z.array(streamEvent), last_event_id: z.string(), ended: z.boolean() }) },
  },
} as const satisfies Routes
