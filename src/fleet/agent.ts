/** How often agents poll for queries when reads are not held. */
export const POLL_SECONDS = 10

/** The agent of a host, authenticated by its node key. */
export interface Agent {
  tenantId: string
  hostId: string
  hostIdentifier: string
  hostname: string
  platform: string
}

/** A row of osquery, in which every value is text, whatever the type of its column. */
export type Row = Record<string, string>

/** What a query cost an agent, reported since osquery 5.8. Times in ms, memory in bytes. */
export interface Stats {
  wall_time_ms: number | null
  user_time: number | null
  system_time: number | null
  memory: number | null
}

/** An agent's answer to one query. */
export interface Answer {
  queryId: string
  rows: Row[]
  failed: boolean
  message: string
  stats: Stats | null
  /** Some rows are missing or truncated, because the answer was too large. */
  truncated: boolean
}

export interface Enrollment {
  secret: string
  hostIdentifier: string
  platformType: string
  /** The first row of `os_version`, `osquery_info`, `system_info` and `platform_info`; tables may be missing. */
  details: Record<string, Row>
}

/** A row logged by a scheduled query. */
export interface ScheduledRow {
  name: string
  action: 'added' | 'removed' | 'snapshot'
  /** By the agent's clock. */
  at: Date
  epoch: number
  counter: number
  /** Numbers only with `logger_numerics`; those that JavaScript cannot represent exactly stay text. */
  columns: Record<string, string | number>
  decorations: Record<string, string> | null
}

/** A line of osqueryd's own log. */
export interface StatusLine {
  at: Date
  /** 0 info, 1 warning, 2 error, 3 fatal. */
  severity: number
  filename: string
  line: number
  message: string
  version: string
}

/**
 * A line that an agent sent; a line of results may hold several rows. The digest of its text identifies repeated
 * lines.
 */
export type LoggedLine =
  | { digest: Buffer; rows: ScheduledRow[]; truncated: boolean }
  | { digest: Buffer; status: StatusLine }

export interface LogBatch {
  type: 'result' | 'status'
  lines: LoggedLine[]
  /** Lines that were invalid or beyond a limit. */
  dropped: number
}

export interface CarveStart {
  blockCount: number
  blockSize: number
  carveSize: number
  carveId: string
  /** Random since osquery 4.7; before that, the id of the last distributed query that the agent ran. */
  requestId: string
}

export interface CarveBlock {
  sessionId: string
  blockId: number
  data: Buffer
}

/** The response to a read: SQL by query id. */
export interface Work {
  queries: Record<string, string>
  /** For how many seconds the agent polls every 5 s. */
  accelerate?: number
}

/** Timeout for the lookup of a key: an agent waits for a limited time, most of which its request may need. */
export const LOOKUP_MS_MAX = 3_000

/**
 * What the routes of osquery's remote API need from the rest of the fleet. Agents receive errors as `{"error": ...}`.
 */
export interface AgentApi {
  /** @returns the node key; undefined if the agent is refused */
  enroll(request: Enrollment): Promise<string | undefined>
  /**
   * @returns undefined if the key is not valid, or no longer: the agent must enroll again
   * @throws Unavailable after `LOOKUP_MS_MAX`
   */
  agentOf(nodeKey: string): Promise<Agent | undefined>
  config(agent: Agent): Promise<Record<string, unknown>>
  /** May wait until there is a query; `signal` is aborted when the agent disconnects. */
  read(agent: Agent, signal: AbortSignal): Promise<Work>
  /** Resolves when durable. */
  write(agent: Agent, answers: Answer[]): Promise<void>
  /** Resolves when durable. */
  log(agent: Agent, batch: LogBatch): Promise<void>
  /** @returns the session id; undefined if no query asked for the carve */
  carveInit(agent: Agent, start: CarveStart): Promise<string | undefined>
  /** Whether there is such a session, which authenticates the sender of a block. @throws Unavailable after `LOOKUP_MS_MAX` */
  hasCarve(sessionId: string): Promise<boolean>
  /** @returns false if there is no such carve, or it has no such block */
  carveBlock(block: CarveBlock): Promise<boolean>
}
