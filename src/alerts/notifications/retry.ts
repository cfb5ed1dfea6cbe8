import type { SendOutcome } from '../receivers'
import type { Claimed } from './send-store'

const BACKOFF_MS = 1_000
const BACKOFF_MS_MAX = 5 * 60_000
/** So that receivers are not hit by everything at once when they come back. */
const JITTER = 0.2
const ATTEMPTS_MAX = 50
/** Nobody wants to be told of what was yesterday. */
export const LIFE_MS = 24 * 3_600_000

type Failed = Extract<SendOutcome, { ok: false }>

/** When a notification is tried again: 1 s after the first attempt, then twice as long, up to 5 min; null: never. */
export function nextAttempt(
  { attempt_count, created_at }: Pick<Claimed, 'attempt_count' | 'created_at'>,
  { isFinal, retryAfterMs = 0 }: Failed,
  now: Date,
): Date | null {
  if (isFinal || attempt_count >= ATTEMPTS_MAX) return null
  const backoff = Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** Math.min(attempt_count - 1, 20))
  const jittered = backoff * (1 + JITTER * (2 * Math.random() - 1))
  const next = now.getTime() + Math.max(jittered, retryAfterMs)
  return next > created_at.getTime() + LIFE_MS ? null : new Date(next)
}
