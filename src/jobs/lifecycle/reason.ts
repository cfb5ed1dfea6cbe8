import type { Actor } from '../../access'
import { z } from '../../base/parse'

/** Why somebody acts on a job or a queue, as a request gives it. */
export const reasonSchema = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^[^\0\p{Surrogate}]*$/u, 'must not hold NUL or half characters')

export interface Reason {
  reason: string
  by: Actor
}
