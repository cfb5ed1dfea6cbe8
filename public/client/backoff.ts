const BACKOFF_FIRST_MS = 1_000
const BACKOFF_MAX_MS = 30_000
const PROBE_FIRST_MS = 30_000
const PROBE_MAX_MS = 300_000

/**
 * Milliseconds until the next attempt: 1, 2, 4 ... 30 s with up to 25 % of jitter, so that clients that were cut off
 * together do not return together. Never less than the server asked for.
 */
export function backoffMs(failures: number, serverRetryMs: number, random: () => number = Math.random) {
  return Math.max(serverRetryMs, exponential(BACKOFF_FIRST_MS, BACKOFF_MAX_MS, failures, random))
}

/** Milliseconds until a failed transport is probed again: 30, 60 ... 300 s, with the same jitter. */
export const probeDelayMs = (probes: number, random: () => number = Math.random) =>
  exponential(PROBE_FIRST_MS, PROBE_MAX_MS, probes, random)

function exponential(firstMs: number, maxMs: number, times: number, random: () => number) {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(Math.max(0, times - 1), 5))
  return Math.round(full * (0.75 + 0.25 * random()))
}

/** Milliseconds of a `Retry-After` header: seconds or a date (RFC 9110 section 10.2.3). 0 if missing or malformed. */
export function retryAfterMs(header: string | null, now: number = Date.now()) {
  const text = header?.trim() ?? ''
  if (/^[0-9]+$/.test(text)) return Number(text) * 1_000
  const date = Date.parse(text)
  return Number.isNaN(date) ? 0 : Math.max(0, date - now)
}
