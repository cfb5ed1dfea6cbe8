import { z } from '../base/parse'
import { ROLES } from '../contract/values'

export const roleSchema = z.enum(ROLES)
/** Text that PostgreSQL can hold: no NUL, no half of a surrogate pair. */
export const plainText = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\0\p{Surrogate}]*$/u, 'must not hold NUL or half characters')
/** Why somebody changes something, for the audit log. */
export const reason = plainText(500)
/** Of a request without a body. */
export const reasonQuery = z.strictObject({ reason: reason.optional() })
export const actorSchema = z.object({
  type: z.enum(['user', 'token', 'system']),
  id: z.string().nullable(),
  name: z.string(),
})
/** A page of a list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() })
