import type { ResumePosition } from './resume'
import type { StreamError, StreamOptions } from './types'

/** What to open; the same for every transport. */
export interface StreamRequest {
  baseUrl: string
  headers: Record<string, string>
  topics: string[]
  /** Where the previous connection stopped. */
  resume: ResumePosition
  options: StreamOptions
}

/** Receives what a transport reads. */
export interface Sink {
  /** The first byte has arrived. */
  opened(): void
  frame(frame: Frame): void
  /** Everything up to this id has been delivered, in all topics or in the given one. */
  id(id: string, topic?: string): void
  retry(milliseconds: number): void
}

export interface Frame {
  event: string
  id: string
  data: unknown
}

/** How a connection ended. */
export type Outcome =
  | { kind: 'ended' }
  /** Not tried: the browser's tabs hold all connection slots, so another transport must be used. */
  | { kind: 'no_connection_slot' }
  /** `isRefused`: something blocks this transport, provided that the server is reachable. */
  | { kind: 'lost'; reason: string; retryInMs?: number; isBusy?: boolean; isRefused?: boolean }
  | { kind: 'refused'; error: StreamError }

/** Opens one connection, feeds the sink, and resolves when the connection ends. Never rejects. */
export type Transport = (request: StreamRequest, sink: Sink, signal: AbortSignal) => Promise<Outcome>

/** Filters and limits as query parameters of the API. */
export function filterQuery({ options }: StreamRequest): URLSearchParams {
  const query = new URLSearchParams()
  const { level, step, q, limit, types, source, labels } = options
  for (const [name, value] of Object.entries({ level, step, q, limit, source, types: types?.join(',') })) {
    if (value !== undefined && value !== '') query.set(name, String(value))
  }
  for (const [name, value] of Object.entries(labels ?? {})) query.set(`label.${name}`, value)
  return query
}
