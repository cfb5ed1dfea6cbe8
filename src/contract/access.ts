import { z } from 'zod'
import { ROLES } from './values'

export const role = z.enum(ROLES)
export type Role = z.output<typeof role>

/** Who did something, as stored with jobs and in the audit log. */
export const actor = z.object({
  type: z.enum(['user', 'token', 'system']),
  id: z.string().nullable(),
  name: z.string(),
})
export type Actor = z.output<typeof actor>
