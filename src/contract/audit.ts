import { z } from 'zod'
import { actor } from './access'
import { page, paging, plainText, time, timeGiven, uuid } from './fields'
import type { Routes } from './route'

const result = z.enum(['ok', 'refused', 'failed'])

export const auditRecord = z.object({
  id: uuid,
  at: time,
  actor,
  action: z.string().meta({ description: '`noun.verb`, such as `job.cancel`.' }),
  target: z.object({ type: z.string(), id: z.string() }).nullable(),
  reason: z.string().nullable(),
  result,
  data: z.record(z.string(), z.unknown()).nullable().meta({ description: 'Depends on the action.' }),
})
export type AuditRecord = z.output<typeof auditRecord>

/** `data` of the tenant event `audit`. */
export const auditEvent = auditRecord.omit({ id: true, reason: true, data: true }).extend({ audit_id: uuid })
export type AuditEvent = z.output<typeof auditEvent>

const text = plainText(200)

export const auditRoutes = {
  list: {
    method: 'get',
    path: '/api/audit',
    role: 'admin',
    summary: 'Lists the audit log, newest first.',
    query: z.strictObject({
      actor: text.optional().meta({ description: 'Id or full name, case-insensitive.' }),
      actor_id: text.optional(),
      action: text.optional().meta({ description: '`member.role`, or `member.` for all actions on members.' }),
      target_type: text.optional(),
      target_id: text.optional(),
      result: result.optional(),
      since: timeGiven.optional(),
      until: timeGiven.optional(),
      ...paging(),
    }),
    replies: { 200: page(auditRecord) },
  },
} as const satisfies Routes
