import { type Endpoint, endpoint } from '../api'
import type { Db } from '../base/db'
import { logRoutes } from '../contract/logs'
import { streamRoutes } from '../contract/streams'
import { serveLog } from './logs'
import { serviceTopic, serviceTopics } from './service-logs'
import { servePoll } from './transports/serve-poll'
import { type SseDeps, type SseRequest, serveSse } from './transports/serve-sse'

export interface StreamRoutesDeps extends SseDeps {
  db: Db
}

/** Tenant events, service logs, and several topics on one connection. Other topics have routes in their areas. */
export const streamEndpoints = (deps: StreamRoutesDeps): Endpoint[] => [
  endpoint(streamRoutes.events, call => serveSse(deps, call, ['events'])),
  endpoint(streamRoutes.eventsV2, call => serveSse(deps, call, ['events'])),
  endpoint(streamRoutes.topics, ({ query: { topic, ...query }, ...call }) =>
    serveSse(deps, { ...call, query }, namesOf(topic), { multiplexed: true }),
  ),
  endpoint(streamRoutes.poll, ({ query: { topic, wait_ms, ...query }, ...call }) =>
    servePoll(deps, { ...call, query }, namesOf(topic), wait_ms),
  ),
  endpoint(streamRoutes.service, ({ query: { service, ...query }, ...call }) =>
    serveSse(deps, { ...call, query }, [serviceTopic(service).name]),
  ),
  endpoint(logRoutes.ofService, async ({ principal: { tenantId }, query: { service, ...query }, res }) => {
    const [topic] = serviceTopics(tenantId, service)
    return topic && serveLog(deps.db, topic, query, res)
  }),
]

const namesOf = (topic: string | string[]) => [...new Set([topic].flat())]

/** Serves topics on the routes of areas. */
export interface TopicServer {
  /** Answers a request with the stream of a topic. */
  stream(request: SseRequest, topic: string): Promise<undefined>
}

export const topicServer = (deps: SseDeps): TopicServer => ({
  stream: (request, topic) => serveSse(deps, request, [topic]),
})
