const FIRST_MS = 1_000
const LONGEST_MS = 30_000
const FIRST_LOOK_MS = 30_000
const LONGEST_LOOK_MS = 300_000

/**
 * Milliseconds until the next attempt: 1, 2, 4 ... 30 s, of which the last quarter is random, so that viewers cut off together
 * do not come back together. Never sooner than the server asked for.
 */
export function backoffMs(failures: number, askedMs: number, random: () => number = Math.random) {
  return Math.max(askedMs, doubled(FIRST_MS, LONGEST_MS, failures, random))
}

/** Milliseconds until a way of transport that failed is tried again: 30, 60 ... 300 s, as random as the above. */
export const lookAgainMs = (looks: number, random: () => number = Math.random) =>
  doubled(FIRST_LOOK_MS, LONGEST_LOOK_MS, looks, random)

function doubled(firstMs: number, longestMs: number, times: number, random: () => number) {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(0, times - 1), 5))
  return Math.round(full * (0.75 + 0.25 * random()))
}

/** Milliseconds of a `Retry-After` header: seconds or a date (RFC 9110 section 10.2.3). 0 when there is none to read. */
export function retryAfterMs(header: string | null, now: number = Date.now()) {
  const text = header?.trim() ?? ''
  if (/^[0-9]+$/.test(text)) return Number(text) * 1_000
  const date = Date.parse(text)
  return Number.isNaN(date) ? 0 : Math.max(0, date - now)
}
