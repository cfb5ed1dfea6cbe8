const FIRST_MS = 1_000
const LONGEST_MS = 30_000

/**
 * Milliseconds until the next attempt: 1, 2, 4 ... 30 s, of which the last quarter is random, so that viewers cut off together
 * do not come back together. Never sooner than the server asked for.
 */
export function backoffMs(failures: number, askedMs: number, random: () => number = Math.random) {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(0, failures - 1), 5))
  return Math.max(askedMs, Math.round(full * (0.75 + 0.25 * random())))
}

/** Milliseconds of a `Retry-After` header: seconds or a date (RFC 9110 section 10.2.3). 0 when there is none to read. */
export function retryAfterMs(header: string | null, now: number = Date.now()) {
  const text = header?.trim() ?? ''
  if (/^[0-9]+$/.test(text)) return Number(text) * 1_000
  const date = Date.parse(text)
  return Number.isNaN(date) ? 0 : Math.max(0, date - now)
}
