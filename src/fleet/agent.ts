/** How often agents poll for queries when reads are not held. */
export const POLL_SECONDS = 10

/** A host that is authenticated by its node key. */
export interface Agent {
  tenantId: string
  hostId: string
  hostIdentifier: string
  hostname: string
  platform: string
}

/** A row of osquery, whose values are text whatever the column's type. */
export type Row = Record<string, string>

/** What a query has cost an agent, known since osquery 5.8. Times in ms, memory in bytes. */
export interface Stats {
  wall_time_ms: number | null
  user_time: number | null
  system_time: number | null
  memory: number | null
}

/** The answer of an agent to one query. */
export interface Answer {
  queryId: string
  rows: Row[]
  failed: boolean
  message: string
  stats: Stats | null
  /** Some rows are missing or cut, because the answer was too large. */
  truncated: boolean
}

export interface Enrollment {
  secret: string
  hostIdentifier: string
  platformType: string
  /** First row by table: `os_version`, `osquery_info`, `system_info`, `platform_info`; tables may be missing. */
  details: Record<string, Row>
}

/** A row that a scheduled query has logged. */
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

/** A line as it was sent; a line of results may hold several rows. The digest of its text identifies a line that is sent again. */
export type LoggedLine =
  | { digest: Buffer; rows: ScheduledRow[]; truncated: boolean }
  | { digest: Buffer; status: StatusLine }

export interface LogBatch {
  type: 'result' | 'status'
  lines: LoggedLine[]
  /** Lines that were invalid, or beyond a limit. */
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

/** The reply to a read: SQL by query id. */
export interface Work {
  queries: Record<string, string>
  /** Seconds during which the agent polls every 5 s. */
  accelerate?: number
}

/** For the lookup of a key, in ms: an agent waits for a limited time, most of which is for its request. */
export const LOOKUP_MS_MAX = 3_000

/** What the routes of osquery's remote API need from the rest of the fleet. Errors become `{"error": ...}` for the agent. */
export interface AgentApi {
  /** @returns the node key; nothing when the agent is refused */
  enroll(request: Enrollment): Promise<string | undefined>
  /**
   * @returns nothing when the key is not valid (any more): the agent must enroll again
   * @throws Away after `LOOKUP_MS_MAX`
   */
  agentOf(nodeKey: string): Promise<Agent | undefined>
  config(agent: Agent): Promise<Record<string, unknown>>
  /** May be held until there is a query; `signal` is aborted when the agent disconnects. */
  read(agent: Agent, signal: AbortSignal): Promise<Work>
  /** Resolves when durable. */
  write(agent: Agent, answers: Answer[]): Promise<void>
  /** Resolves when durable. */
  log(agent: Agent, batch: LogBatch): Promise<void>
  /** @returns the session id; nothing when no query asked for the carve */
  carveInit(agent: Agent, start: CarveStart): Promise<string | undefined>
  /** Whether there is such a session, which authenticates the sender of a block. @throws Away after `LOOKUP_MS_MAX` */
  hasCarve(sessionId: string): Promise<boolean>
  /** @returns false when there is no such carve, or it has no such block */
  carveBlock(block: CarveBlock): Promise<boolean>
}
