import type { Endpoint } from '../../api'
import type { Db } from '../../base/db'
import { pageSize, uuid, z } from '../../base/parse'
import { endpoint, ok } from '../endpoint'
import { actorSchema, pageOf, plainText } from '../schemas'
import { type AuditRow, listAuditRows } from './store'

/** Who may read what was changed by whom, here and as events. */
export const AUDIT_ROLE = 'admin'

const RESULTS = ['ok', 'refused', 'failed'] as const
const text = plainText(200)

const item = z.object({
  id: uuid,
  at: z.date(),
  actor: actorSchema,
  action: z.string(),
  target: z.object({ type: z.string(), id: z.string() }).nullable(),
  reason: z.string().nullable(),
  result: z.enum(RESULTS),
  data: z.unknown(),
})

const query = z.strictObject({
  actor: text.optional().meta({ description: 'Id, or whole name in whatever case.' }),
  actor_id: text.optional(),
  action: text.optional().meta({ description: '`member.role`, or all of a noun: `member.`' }),
  target_type: text.optional(),
  target_id: text.optional(),
  result: z.enum(RESULTS).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  limit: pageSize(50, 500),
  cursor: uuid.optional(),
})

export const auditRoutes = (db: Db): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/audit',
    role: AUDIT_ROLE,
    summary: 'Lists who changed what, newest first.',
    query,
    replies: { 200: pageOf(item) },
    async handle({ principal, query: { limit, cursor, ...filter } }) {
      const { tenantId } = principal
      const rows = await listAuditRows(db, { tenantId, filter, limit: limit + 1, ...(cursor && { before: cursor }) })
      const items = rows.slice(0, limit).map(shown)
      return ok({ items, next_cursor: rows.length > limit ? items.at(-1)?.id : null })
    },
  }),
]

const shown = ({ id, at, action, reason, result, data, ...row }: AuditRow) => ({
  id,
  at,
  actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name },
  action,
  target: row.target_type && row.target_id ? { type: row.target_type, id: row.target_id } : null,
  reason,
  result,
  data: data && JSON.parse(data),
})
