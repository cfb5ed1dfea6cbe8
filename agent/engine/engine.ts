import type { AgentCommand, AgentContainer } from '../../src/contract/agent-protocol'

export interface EngineVersion {
  kind: 'docker' | 'podman'
  version: string
  api_version: string
}

/** What a list says of a container; only a look at the container itself says the rest. */
export interface Listed {
  id: string
  state: string
}

/** A container as the engine knows it, without what only the agent decides. */
export interface Inspected extends Omit<AgentContainer, 'protected' | 'own'> {
  /** It has a terminal, so its output is one stream of bytes without frames. */
  tty: boolean
}

/** What an engine counts of a container. Counters only grow, until the container starts again. */
export interface Counters {
  /** When they were read, in ms. */
  at: number
  cpuNs: number | null
  memory: number | null
  memoryLimit: number | null
  rx: number | null
  tx: number | null
  read: number | null
  write: number | null
  pids: number | null
}

export interface EngineEvent {
  at: number
  id: string
  name: string
  action: string
  exitCode: number | null
}

export interface LogOutput {
  chunks: AsyncIterable<Buffer>
  /** In frames that name the stream; otherwise bytes of a terminal. */
  framed: boolean
}

export type LogStart = { sinceMs: number } | { tail: number }

export type Action = AgentCommand['action']

/** What the agent asks of an engine: these verbs, and no others. All end with the signal, or throw an `EngineError`. */
export interface Engine {
  version(signal: AbortSignal): Promise<EngineVersion>
  /** All that run, and the newest of those that do not. */
  list(signal: AbortSignal): Promise<Listed[]>
  inspect(idOrName: string, signal: AbortSignal): Promise<Inspected>
  /** Null if it does not run. */
  counters(id: string, signal: AbortSignal): Promise<Counters | null>
  /** Lines since a time, or the last ones, each with its own time, and those that follow until the container stops. */
  logs(id: string, from: LogStart, tty: boolean, signal: AbortSignal): Promise<LogOutput>
  /** Resolves when the engine has begun to report, so that a list that follows misses nothing. */
  events(sinceMs: number, signal: AbortSignal): Promise<AsyncIterable<EngineEvent>>
  act(id: string, action: Action, graceSeconds: number, signal: AbortSignal): Promise<'done' | 'unchanged'>
}

type Code = 'not_found' | 'conflict' | 'unreachable' | 'timeout' | 'broken' | 'engine'

/**
 * `unreachable`: the engine got nothing. `timeout`, `broken`: it may have done what it was asked. `engine`: it answered with
 * an error.
 */
export class EngineError extends Error {
  override name = 'EngineError'

  constructor(
    readonly code: Code,
    message: string,
  ) {
    super(message)
  }
}
