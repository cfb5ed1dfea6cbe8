import { Problem } from '../base/errors'

interface Window {
  count: number
  endsAt: number
}

export interface Attempts {
  /**
   * Counts an attempt before it is made, so that many at once cannot slip through.
   * @returns takes the attempt back (it was a good one)
   * @throws Problem 429 with Retry-After
   */
  take(key: string): () => void
}

/**
 * Failed attempts per key in a fixed window. Per process: with N web processes an attacker has N times as many.
 * @param keysMax memory bound; at that many keys the oldest window is forgotten
 */
export function createAttempts({
  max,
  windowMs,
  keysMax = 10_000,
}: {
  max: number
  windowMs: number
  keysMax?: number
}): Attempts {
  const windows = new Map<string, Window>()
  return {
    take(key) {
      const now = Date.now()
      let window = windows.get(key)
      if (!window || window.endsAt <= now) {
        windows.delete(key)
        window = { count: 0, endsAt: now + windowMs }
        windows.set(key, window)
        const oldest = windows.keys().next()
        if (windows.size > keysMax && !oldest.done) windows.delete(oldest.value)
      }
      if (window.count >= max) throw tooMany(window.endsAt - now)
      window.count += 1
      const counted = window
      return () => {
        counted.count -= 1
      }
    },
  }
}

const tooMany = (waitMs: number) =>
  new Problem(429, 'too_many_attempts', 'Too many failed attempts. Wait before you try again.', [], {
    'Retry-After': String(Math.ceil(waitMs / 1_000)),
  })
