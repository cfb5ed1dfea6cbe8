import type { Db } from '../base/db'
import { Problem } from '../base/errors'
import { hashSecret } from '../base/ids'
import { countAttempt, msUntilNextAttempt, uncountAttempt } from './attempt-store'

export interface Attempts {
  /**
   * Counts an attempt before it is made, so that many at once cannot slip through.
   * @returns takes the attempt back (it was a good one)
   * @throws Problem 429 with Retry-After
   */
  take(key: string): Promise<() => Promise<void>>
}

/**
 * Failed attempts per key in a fixed window, counted in the database: the bound holds however many web processes
 * there are, and while Redis is away. Keys are hashed, because people type passwords into the field for the address.
 * @param name tells the keys of different limits apart
 */
export function createAttempts(
  db: Db,
  { name, max, windowMs }: { name: string; max: number; windowMs: number },
): Attempts {
  return {
    async take(text) {
      const key = hashSecret(`${name} ${text}`)
      const endsAt = await countAttempt(db, { key, max, windowMs })
      if (!endsAt) throw tooMany(await msUntilNextAttempt(db, key))
      return () => uncountAttempt(db, key, endsAt)
    },
  }
}

const tooMany = (waitMs: number) =>
  new Problem(429, 'too_many_attempts', 'Too many failed attempts. Wait before you try again.', [], {
    'Retry-After': String(Math.max(1, Math.ceil(waitMs / 1_000))),
  })
