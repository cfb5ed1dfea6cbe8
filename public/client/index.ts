import { Connection } from './connection'
import type { StreamHandle, StreamOptions, TopicsHandle } from './types'

export type * from './types'

/** Log lines, status and progress of one job, starting with its last `limit` lines, until it ends. */
export function streamJob(id: string, options: StreamOptions = {}): StreamHandle {
  return new Connection([`job:${id}`], options)
}

/** Log lines of Tailrace's own processes: service `web` or `worker`. */
export function streamService({
  service = 'web',
  ...options
}: StreamOptions & { service?: string } = {}): StreamHandle {
  return new Connection([`service:${service}`], options)
}

/** Everything that happens in the tenant: jobs, queues, monitors, incidents, ... */
export function streamEvents(options: StreamOptions = {}): StreamHandle {
  return new Connection(['events'], options)
}

/** Up to 50 topics (`job:<id>`, `host:<id>`, `events`, ...) over one connection. */
export function streamTopics(topics: string[], options: StreamOptions = {}): TopicsHandle {
  return new Connection(topics, options)
}
