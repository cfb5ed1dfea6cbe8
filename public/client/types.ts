/** A line of a job's or service's log, as the server sends it. */
export interface LogLine {
  /** Place among all entries of the topic. */
  seq: number
  /** Place among the log lines of the topic, from 1, without holes. */
  line: number
  timestamp: string
  level: 'debug' | 'info' | 'warn' | 'error'
  step: string | null
  attempt: number | null
  message: string
  source: string | null
  data?: unknown
  truncated?: boolean
}

export interface LogsMeta {
  topic: string
  first_seq: number
  last_seq: number
  history: boolean
}

export interface JobStatus {
  job: { id: string; status: string; attempt: number; progress: unknown; [key: string]: unknown }
  steps: Array<{ name: string; status: string; started_at: string | null; ended_at: string | null; lines: number }>
  topic?: string
}

/** Any event that is neither lines nor a job's status: progress, query results, tenant events, ... */
export interface StreamEvent {
  type: string
  /** Resume id: all up to here was delivered. */
  id: string
  topic: string
  data: unknown
}

/** A hole that could not be filled. By `reset` the topic began anew and nothing before counts any more. */
export interface Gap {
  topic: string
  reason: string
  missed: number | null
  from_seq: number | null
  to_seq: number | null
  reset: boolean
}

export type TransportName = 'sse' | 'websocket' | 'poll'

/** `waiting`: broken, the next attempt is planned. `ended`: the server said there is no more. `failed`: no use in trying again. */
export type StreamState = 'connecting' | 'live' | 'waiting' | 'ended' | 'closed' | 'failed'

export interface StateDetail {
  transport: TransportName
  /** Milliseconds until the next attempt, in state `waiting`. */
  retryInMs?: number
  /** For people. */
  reason?: string
}

/** A failure that trying again will not cure. */
export interface StreamError {
  /** HTTP status, or 0. */
  status: number
  code: string
  message: string
}

export interface StreamOptions {
  /** Where Tailrace is; same origin unless given. */
  baseUrl?: string
  /** For programs: `{authorization: 'Bearer ...'}`. Browsers on the same origin use their cookie. */
  headers?: Record<string, string>
  level?: string
  step?: string
  q?: string
  /** History lines first sent, per topic. Default of the server: 100. */
  limit?: number | 'all'
  /** Event types wanted, tenant events only. */
  types?: string[]
  source?: string
  labels?: Record<string, string>
  /** Resume after this id on the first connection. */
  after?: string
  /**
   * Order in which ways of transport are tried. Default: SSE, WebSocket, polling. Of the six HTTP/1.1 connections that a
   * browser opens to a server, its tabs hold three at most for SSE and polling; when they are taken, SSE is passed over
   * and polls are short. A single way is always used.
   */
  transports?: TransportName[]
  /** In pages: closes the connection while the page is hidden for over a minute, and resumes when it is shown. */
  pauseWhenHidden?: boolean
  onLogs?(lines: LogLine[], meta: LogsMeta): void
  onStatus?(status: JobStatus, topic: string): void
  onEvent?(event: StreamEvent): void
  onGap?(gap: Gap): void
  onState?(state: StreamState, detail: StateDetail): void
  onError?(error: StreamError): void
  /** A topic of several is finished; `ended` as state comes when all are. */
  onEnd?(topic: string, reason: string): void
}

export interface StreamHandle {
  close(): void
  readonly state: StreamState
  readonly lastEventId: string
}

export interface TopicsHandle extends StreamHandle {
  /** Watches this set from now on, over one connection as before; lines already seen do not come again. */
  setTopics(topics: string[]): void
  /** While it waits to reconnect: tries at once. */
  retryNow(): void
}
