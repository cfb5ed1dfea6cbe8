import type { FetchedResponse, FetchFailure } from './fetcher'

/** Longer waits that a server asks for are shortened: a crawl has to end. */
const RETRY_AFTER_MAX_MS = 10 * 60_000
const BACKOFF_MAX_MS = 60_000

/** Before the second try; doubled with each further one. */
const FIRST_MS = { failure: 1_000, fault: 2_000, busy: 5_000 }

/** Statuses of a server that is overloaded or limits requests, and those of a fault that may pass. */
const CLASSES: Record<number, keyof typeof FIRST_MS> = {
  429: 'busy',
  503: 'busy',
  408: 'fault',
  425: 'fault',
  500: 'fault',
  502: 'fault',
  504: 'fault',
  // Cloudflare: the server behind it did not answer
  522: 'fault',
  524: 'fault',
}

/**
 * How long the server wants its clients to wait (RFC 9110 section 10.2.3), at most 10 minutes.
 * @param now milliseconds since the epoch
 * @returns null if it does not say so in a valid way
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now: number): number | null {
  const value = headers['retry-after']?.trim()
  if (!value) return null
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : dateOf(value) - now
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS)
}

/** An HTTP date begins with a day of the week. `Date.parse` alone takes much that is none, such as "-5". */
const dateOf = (text: string) => (/^(mon|tue|wed|thu|fri|sat|sun)/i.test(text) ? Date.parse(text) : Number.NaN)

/**
 * How long to wait before the next try: longer after each one, at random so that requests do not come all at once, and at
 * least as long as the server asks for.
 * @param tries how often it was tried
 * @returns null if another try is of no use
 */
export function retryDelayMs(result: FetchedResponse | FetchFailure, tries: number, now = Date.now()): number | null {
  const kind = classOf(result)
  if (!kind) return null
  const longest = Math.min(FIRST_MS[kind] * 2 ** (tries - 1), BACKOFF_MAX_MS)
  const backoff = Math.round(longest * (0.5 + Math.random() / 2))
  return Math.max(backoff, result.kind === 'response' ? (retryAfterMs(result.headers, now) ?? 0) : 0)
}

function classOf(result: FetchedResponse | FetchFailure): keyof typeof FIRST_MS | undefined {
  if (result.kind === 'response') return CLASSES[result.status]
  return result.mayPass ? 'failure' : undefined
}
