import { type Endpoint, endpoint, type StreamSlots } from '../access'
import type { Db } from '../base/db'
import { badRequest, notFound } from '../base/errors'
import { parse, z } from '../base/parse'
import type { Hub } from './hub'
import { lineSchema, logFields, logPage, logQuery } from './log-query'
import { serveLogs } from './logs'
import { mergedPage } from './merged'
import { type StreamQuery, streamFields, topicName, withLabels } from './query'
import { SERVICES, serviceTopic } from './service-logs'
import { servePoll } from './transports/serve-poll'
import { type SseDeps, type SseRequest, serveSse } from './transports/serve-sse'

const TOPICS_MAX = 50
const topicList = z.array(topicName).min(1).max(TOPICS_MAX, `At most ${TOPICS_MAX} topics on one connection.`)
const topicNames = z.union([topicName, topicList]).transform(names => [...new Set([names].flat())])

const streamQuery = withLabels(streamFields)
const topicsQuery = withLabels({ ...streamFields, topic: topicNames })
const pollQuery = withLabels({
  ...streamFields,
  topic: topicNames,
  wait_ms: z.coerce.number().int().min(0).max(60_000).default(25_000),
})
const serviceQuery = withLabels({ ...streamFields, service: z.enum(SERVICES).default('web') })

const events = { 200: z.string().meta({ description: 'text/event-stream' }), 204: null }

export interface StreamRoutesDeps extends SseDeps {
  db: Db
  slots: StreamSlots
  hub: Hub
  /** Topics of a job and all its descendants; undefined when there is no such job. */
  jobTopics(tenantId: string, jobId: string): Promise<string[] | undefined>
}

/** How areas let readers in to their topics by routes of their own. */
export interface TopicDoor {
  /** A route that streams the topic which its path names. */
  stream<P extends z.ZodType>(
    path: `/${string}`,
    summary: string,
    params: P,
    name: (params: z.output<P>) => string,
  ): Endpoint
  /** The query parameters of a stream, with more. */
  query<More extends z.ZodRawShape>(more: More): z.ZodType<StreamQuery & z.output<z.ZodObject<More>>>
  /** Answers a request with the stream of a topic. */
  serve(request: SseRequest, name: string): Promise<void>
}

export const topicDoor = (deps: SseDeps): TopicDoor => ({
  stream: (path, summary, params, name) => topicStream(deps, path, summary, params, name),
  query: <More extends z.ZodRawShape>(more: More) =>
    withLabels({ ...streamFields, ...more }) as unknown as z.ZodType<StreamQuery & z.output<z.ZodObject<More>>>,
  serve: (request, name) => serveSse(deps, request, [name], false),
})

function topicStream<P extends z.ZodType>(
  deps: SseDeps,
  path: `/${string}`,
  summary: string,
  params: P,
  name: (params: z.output<P>) => string,
): Endpoint {
  return endpoint({
    method: 'get',
    path,
    role: 'viewer',
    summary,
    params,
    query: streamQuery,
    replies: events,
    handle: async call => {
      await serveSse(deps, { ...call, query: call.query as StreamQuery }, [name(call.params as z.output<P>)], false)
      return undefined
    },
  })
}

export function streamEndpoints(deps: StreamRoutesDeps): Endpoint[] {
  const none = z.object({})
  return [
    topicStream(deps, '/api/v1/stream/events', 'The events of the tenant as they happen.', none, () => 'events'),
    topicStream(deps, '/api/v2/events/stream', 'The events of the tenant as they happen.', none, () => 'events'),
    topicStream(
      deps,
      '/api/jobs/{id}/logs/stream',
      "A job's lines, status and progress.",
      z.object({ id: z.uuid() }),
      ({ id }) => `job:${id}`,
    ),
    endpoint({
      method: 'get',
      path: '/api/service/logs/stream',
      role: 'viewer',
      summary: "The program's own log lines, of its web or worker processes.",
      query: serviceQuery,
      replies: events,
      handle: async call => {
        const { service, ...query } = call.query as StreamQuery & { service: (typeof SERVICES)[number] }
        await serveSse(deps, { ...call, query }, [serviceTopic(service).name], false)
        return undefined
      },
    }),
    endpoint({
      method: 'get',
      path: '/api/stream',
      role: 'viewer',
      summary: `Up to ${TOPICS_MAX} topics on one connection, with one id for all.`,
      query: topicsQuery,
      replies: events,
      handle: async call => {
        const { topic, ...query } = call.query as unknown as StreamQuery & { topic: string[] }
        await serveSse(deps, { ...call, query }, topic, true)
        return undefined
      },
    }),
    endpoint({
      method: 'get',
      path: '/api/stream/poll',
      role: 'viewer',
      summary: 'The same events as JSON, for clients that can neither read server-sent events nor WebSockets.',
      query: pollQuery,
      replies: {
        200: z.object({
          events: z.array(z.object({ event: z.string(), id: z.string().nullable(), data: z.unknown() })),
          last_event_id: z.string(),
          ended: z.boolean(),
        }),
      },
      handle: async call => {
        const { topic, wait_ms, ...query } = call.query as unknown as StreamQuery & { topic: string[]; wait_ms: number }
        await servePoll(deps, { ...call, query }, topic, wait_ms)
        return undefined
      },
    }),
    ...logEndpoints(deps),
  ]
}

function logEndpoints({ db, hub, jobTopics }: StreamRoutesDeps): Endpoint[] {
  const { level, step, attempt, q, limit } = logFields
  return [
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}/logs',
      role: 'viewer',
      summary: "A page of a job's log lines, or with `format=text|ndjson` the whole log as a download.",
      params: z.object({ id: z.uuid() }),
      query: logQuery,
      replies: { 200: logPage },
      handle: async ({ principal, params, query, res }) => {
        const topic = { tenantId: principal.tenantId, name: `job:${params.id}` }
        if (!(await hub.family(topic.name)?.exists(topic))) throw notFound('job')
        return serveLogs(db, topic, query, res)
      },
    }),
    endpoint({
      method: 'get',
      path: '/api/service/logs',
      role: 'viewer',
      summary: "A page of the program's own log lines, or with `format=text|ndjson` the whole log as a download.",
      query: z.strictObject({ ...logFields, service: z.enum(SERVICES).default('web') }),
      replies: { 200: logPage },
      handle: async ({ principal: { tenantId }, query: { service, ...query }, res }) => {
        const topic = serviceTopic(service)
        if (topic.tenantId !== tenantId) throw notFound('service log')
        return serveLogs(db, topic, query, res)
      },
    }),
    endpoint({
      method: 'get',
      path: '/api/logs',
      role: 'viewer',
      summary: 'Log lines of a service, or of a job with all its descendants, by time.',
      query: z.strictObject({
        scope: z.enum(['service', 'job']),
        service: z.enum(SERVICES).optional(),
        job_id: z.uuid().optional(),
        descendants: z.enum(['true', 'false']).default('false'),
        cursor: z.string().max(60).optional(),
        /** Lines written at or after this time. */
        since: z.iso.datetime({ offset: true }).optional(),
        ...{ level, step, attempt, q, limit },
      }),
      replies: {
        200: z.object({ items: z.array(lineSchema.extend({ topic: z.string() })), next_cursor: z.string().nullable() }),
      },
      handle: async ({ principal: { tenantId }, query }) => {
        if (query.scope === 'service' && query.job_id)
          throw badRequest([{ path: 'query.job_id', message: 'A job is named with scope=job only.' }])
        const names =
          query.scope === 'service' ? await serviceNames(tenantId, query.service) : await jobNames(tenantId, query)
        return { status: 200, body: await mergedPage(db, tenantId, names, query) }
      },
    }),
  ]

  async function serviceNames(tenantId: string, service: (typeof SERVICES)[number] | undefined) {
    const topics = SERVICES.filter(each => service === undefined || each === service).map(serviceTopic)
    if (topics[0]?.tenantId !== tenantId) throw notFound('service log')
    return topics.map(topic => topic.name)
  }

  async function jobNames(
    tenantId: string,
    { job_id, descendants }: { job_id?: string | undefined; descendants: string },
  ) {
    if (!job_id) throw badRequest([{ path: 'query.job_id', message: 'Name the job.' }])
    const names = await jobTopics(tenantId, parse(z.uuid(), job_id, 'query.job_id'))
    if (!names) throw notFound('job')
    return descendants === 'true' ? names : names.slice(0, 1)
  }
}
