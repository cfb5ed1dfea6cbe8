/** How often agents ask for queries while reads are not held. */
export const POLL_SECONDS = 10

/** A host as its node key proves it to be. */
export interface Agent {
  tenantId: string
  hostId: string
  hostIdentifier: string
  hostname: string
  platform: string
}

/** osquery's values are texts, whatever the column's type. */
export type Row = Record<string, string>

/** What a query has cost the agent; since osquery 5.8. Times in ms, memory in bytes. */
export interface Stats {
  wall_time_ms: number | null
  user_time: number | null
  system_time: number | null
  memory: number | null
}

/** What an agent says to one query. */
export interface Answer {
  queryId: string
  rows: Row[]
  failed: boolean
  message: string
  stats: Stats | null
  /** The delivery was too large: these are its first rows. */
  truncated: boolean
}

export interface Enrollment {
  secret: string
  hostIdentifier: string
  platformType: string
  /** First row by table: `os_version`, `osquery_info`, `system_info`, `platform_info`; tables may be missing. */
  details: Record<string, Row>
}

/** One row that a scheduled query has logged. */
export interface ScheduledRow {
  name: string
  action: 'added' | 'removed' | 'snapshot'
  /** By the agent's clock. */
  at: Date
  epoch: number
  counter: number
  /** Numbers only with `logger_numerics`; those that JavaScript cannot hold exactly stay texts. */
  columns: Record<string, string | number>
  decorations: Record<string, string> | null
}

/** One line of osqueryd's own log. */
export interface StatusLine {
  at: Date
  /** 0 info, 1 warning, 2 error, 3 fatal. */
  severity: number
  filename: string
  line: number
  message: string
  version: string
}

/** One line as delivered; one of results may hold several rows. `digest` is of its text, to recognise a second delivery. */
export type LoggedLine =
  | { digest: Buffer; rows: ScheduledRow[]; truncated: boolean }
  | { digest: Buffer; status: StatusLine }

export interface LogBatch {
  type: 'result' | 'status'
  lines: LoggedLine[]
  /** Lines that could not be understood, or lay beyond the limit of the body. */
  dropped: number
}

export interface CarveStart {
  blockCount: number
  blockSize: number
  carveSize: number
  carveId: string
  /** Random since osquery 4.7; before, the last distributed query that the agent ran. */
  requestId: string
}

export interface CarveBlock {
  sessionId: string
  blockId: number
  data: Buffer
}

/** What a read is answered with: SQL by id. */
export interface Work {
  queries: Record<string, string>
  /** Seconds during which the agent asks every 5 s. */
  accelerate?: number
}

/** How long it may take to find out who calls, in ms; of the time that an agent waits, the most is for its request. */
export const LOOKUP_MS_MAX = 3_000

/** What the routes of osquery's remote API ask of the rest. Whatever is thrown becomes `{"error": ...}` to the agent. */
export interface AgentApi {
  /** @returns the node key; nothing when the secret is not one of ours */
  enroll(request: Enrollment): Promise<string | undefined>
  /**
   * @returns nothing when the key is not (any more) one of ours: the agent is to enrol again
   * @throws Away after `LOOKUP_MS_MAX`
   */
  agentOf(nodeKey: string): Promise<Agent | undefined>
  config(agent: Agent): Promise<Record<string, unknown>>
  /** May be held back; `leave` is aborted when the agent hangs up. */
  read(agent: Agent, leave: AbortSignal): Promise<Work>
  /** Resolves when durable. */
  write(agent: Agent, answers: Answer[]): Promise<void>
  /** Resolves when durable. */
  log(agent: Agent, batch: LogBatch): Promise<void>
  /** @returns the session id; nothing when it was not asked for */
  carveInit(agent: Agent, start: CarveStart): Promise<string | undefined>
  /** Whether a session takes blocks: it proves who sends one. @throws Away after `LOOKUP_MS_MAX` */
  hasCarve(sessionId: string): Promise<boolean>
  /** @returns false when there is no such carve, or the block is none of it */
  carveBlock(block: CarveBlock): Promise<boolean>
}
