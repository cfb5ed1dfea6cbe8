import type { FailureCode } from '../../base/failure'

/** One request. Redirects are not followed: each hop is decided, and waits for its host, like any other request. */
export interface FetchRequest {
  url: string
  method: 'GET' | 'HEAD'
  headers: Readonly<Record<string, string>>
  /** For the whole request. */
  timeoutMs: number
  /** Max bytes of the body after decompression. The rest is not read. */
  bodyBytesMax: number
  /** Whether to read a body of this content type; default: all. If it is long, the connection is closed. */
  wantsBody?: (status: number, contentType: string | null) => boolean
}

export interface Timings {
  /** Until the head had arrived. */
  firstByteMs: number
  durationMs: number
}

export interface FetchedResponse extends Timings {
  kind: 'response'
  status: number
  statusText: string
  /** Names in lower case; several values of a name joined as RFC 9110 says, except `set-cookie`. */
  headers: Readonly<Record<string, string>>
  setCookies: readonly string[]
  /** Name and value as received, in order, for WARC. */
  rawHeaders: readonly string[]
  /** Decompressed; empty unless it was wanted. */
  body: Buffer
  /** As received, before decompression. */
  wireBody: Buffer
  /** Received bytes of the body. */
  bytes: number
  /** The body was longer than allowed, or ended too early: see `warning`. */
  isTruncated: boolean
  /** What was wrong with the response, although it could be read. */
  warning: string | null
  /** The address that answered. */
  address: string
}

export interface FetchFailure extends Timings {
  kind: 'failure'
  /** A `FailureCode`, such as `timeout`, `dns_not_found`, `tls_expired`, `response_invalid` or `blocked_address`. */
  reason: FailureCode
  /** In words. */
  message: string
  /** Whether another try may succeed. */
  mayPass: boolean
}

/** Fetches through the outbound guard. Connections are kept and reused. */
export interface Fetcher {
  /** @throws the reason of the aborted signal; anything else is a bug */
  fetch(request: FetchRequest, signal: AbortSignal): Promise<FetchedResponse | FetchFailure>
  close(): Promise<void>
}
