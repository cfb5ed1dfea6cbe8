import type { Db } from '../base/db'
import { Problem } from '../base/errors'
import { hashSecret } from '../base/ids'
import { countAttempt, msUntilNextAttempt, uncountAttempt } from './attempt-store'

export interface AttemptLimit {
  /**
   * Counts an attempt before it is made, so that concurrent ones cannot exceed the limit.
   * @returns a function that uncounts it after success
   * @throws Problem 429 with Retry-After
   */
  count(key: string): Promise<() => Promise<void>>
}

/**
 * Limits failed attempts per key in a fixed window. Counted in the database, so that the limit holds across web
 * processes and while Redis is down. Keys are hashed, because people type passwords into the e-mail field.
 * @param name distinguishes the keys of different limits
 */
export function createAttemptLimit(
  db: Db,
  { name, max, windowMs }: { name: string; max: number; windowMs: number },
): AttemptLimit {
  return {
    async count(text) {
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
