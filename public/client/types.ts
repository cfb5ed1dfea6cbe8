import type { JobTopicState } from '../../src/contract/jobs'
import type { LogLine, LogsEvent } from '../../src/contract/logs'

export type { LogLine }
export type LogsMeta = LogsEvent['meta']
export type JobStatus = JobTopicState & { topic?: string }

/** Any event other than log lines and job status: progress, query results, tenant events, ... */
export interface StreamEvent {
  type: string
  /** Resume id: everything up to here has been delivered. */
  id: string
  topic: string
  data: unknown
}

/** Entries that could not be delivered. With `reset` the topic has started over, and earlier entries are void. */
export interface Gap {
  topic: string
  reason: string
  missed: number | null
  from_seq: number | null
  to_seq: number | null
  reset: boolean
}

export type TransportName = 'sse' | 'websocket' | 'poll'

/**
 * `waiting`: lost, a retry is scheduled. `ended`: the server has ended the stream. `failed`: a retry would not help.
 */
export type StreamState = 'connecting' | 'live' | 'waiting' | 'ended' | 'closed' | 'failed'

export interface StateDetail {
  transport: TransportName
  /** Milliseconds until the next attempt, in state `waiting`. */
  retryInMs?: number
  /** A message for users. */
  reason?: string
}

/** A failure for which a retry would not help. */
export interface StreamError {
  /** HTTP status, or 0. */
  status: number
  code: string
  message: string
}

export interface StreamOptions {
  /** The URL of Tailrace. Default: the page's own origin. */
  baseUrl?: string
  /** For programs: `{authorization: 'Bearer ...'}`. Browsers on the same origin use their cookie. */
  headers?: Record<string, string>
  level?: string
  step?: string
  q?: string
  /** History lines to start with, per topic. Default: 100. */
  limit?: number | 'all'
  /** Event types to receive; for tenant events only. */
  types?: string[]
  source?: string
  labels?: Record<string, string>
  /** Id after which the first connection resumes. */
  after?: string
  /**
   * Transports in the order in which they are tried. Default: SSE, WebSocket, polling. A browser opens six HTTP/1.1
   * connections to a server, of which its tabs use at most three for SSE and long polls. When those are taken, SSE is
   * skipped and polls are short. A single transport is always used.
   */
  transports?: TransportName[]
  /** In pages: closes the connection once the page has been hidden for a minute, and resumes when it is shown. */
  pauseWhenHidden?: boolean
  onLogs?(lines: LogLine[], meta: LogsMeta): void
  onStatus?(status: JobStatus, topic: string): void
  onEvent?(event: StreamEvent): void
  onGap?(gap: Gap): void
  onState?(state: StreamState, detail: StateDetail): void
  onError?(error: StreamError): void
  /** One topic has ended. The state becomes `ended` when all have. */
  onEnd?(topic: string, reason: string): void
}

export interface StreamHandle {
  close(): void
  readonly state: StreamState
  readonly lastEventId: string
}

export interface TopicsHandle extends StreamHandle {
  /** Replaces the set of topics, over a single connection. Lines that were delivered are not delivered again. */
  setTopics(topics: string[]): void
  /** While it waits to reconnect: tries at once. */
  retryNow(): void
}
