import type { Resume } from './resume'
import type { StreamError, StreamOptions } from './types'

/** What to open: the same for every way of transport. */
export interface Ask {
  baseUrl: string
  headers: Record<string, string>
  topics: string[]
  /** How far a connection before this one came. */
  resume: Resume
  options: StreamOptions
}

/** Where a transport puts what arrives. */
export interface Sink {
  /** The first byte is here: the way is open. */
  opened(): void
  frame(frame: Frame): void
  /** Everything up to this id was delivered, in all topics or in one of them. */
  id(id: string, topic?: string): void
  retry(milliseconds: number): void
}

export interface Frame {
  event: string
  id: string
  data: unknown
}

/** How a connection came to its end. */
export type Outcome =
  | { kind: 'ended' }
  /** Not tried: the browser's tabs hold as many connections as they may, another way has to do. */
  | { kind: 'crowded' }
  /** `isRefused`: the way is barred rather than the server away, if that is in reach. */
  | { kind: 'lost'; reason: string; retryInMs?: number; isBusy?: boolean; isRefused?: boolean }
  | { kind: 'refused'; error: StreamError }

/** Opens one connection, feeds the sink, and resolves when it is over; never rejects. */
export type Transport = (ask: Ask, sink: Sink, signal: AbortSignal) => Promise<Outcome>

/** Filters and limits as query parameters, as the contract names them. */
export function filterQuery({ options }: Ask): URLSearchParams {
  const query = new URLSearchParams()
  const { level, step, q, limit, types, source, labels } = options
  for (const [name, value] of Object.entries({ level, step, q, limit, source, types: types?.join(',') })) {
    if (value !== undefined && value !== '') query.set(name, String(value))
  }
  for (const [name, value] of Object.entries(labels ?? {})) query.set(`label.${name}`, value)
  return query
}
