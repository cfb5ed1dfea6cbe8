import type { Endpoint } from '../api'
import { may, type Principal } from '../api'
import type { Db } from '../base/db'
import { notFound, Problem } from '../base/errors'
import { pageSize, uuid, z } from '../base/parse'
import type { Audit } from './audit'
import { endpoint, ok } from './endpoint'
import { memberById } from './member-store'
import type { Revocations } from './revocations'
import { actorSchema, pageOf, reasonQuery } from './schemas'
import { endSession, listSessions, type SessionRow } from './session-store'

const session = z.object({
  id: uuid,
  holder: actorSchema.meta({ description: 'Whom it stands for: a member, or the token it was opened with.' }),
  created_at: z.date(),
  used_at: z.date().meta({ description: 'Noted at most once an hour.' }),
  expires_at: z.date(),
  client: z.string().nullable().meta({ description: 'The address from which it was opened.' }),
  agent: z.string().nullable().meta({ description: 'As the browser named itself.' }),
  current: z.boolean().meta({ description: 'Whether this request came with it.' }),
})

const query = z.strictObject({
  scope: z.enum(['own', 'tenant']).default('own').meta({ description: '`tenant` is for admins.' }),
  member_id: uuid.optional().meta({ description: 'Of one member; for admins.' }),
  limit: pageSize(50, 500),
  cursor: uuid.optional(),
})

interface Deps {
  db: Db
  audit: Audit
  revocations: Revocations
}

export const sessionListRoutes = ({ db, audit, revocations }: Deps): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/sessions',
    role: 'viewer',
    summary: "Lists the caller's own sessions, or for admins those of members, newest first.",
    query,
    replies: { 200: pageOf(session) },
    async handle({ principal, query: { limit, cursor, ...wanted } }) {
      const holderId = await holderOf(db, principal, wanted)
      const { tenantId } = principal
      const found = await listSessions(db, {
        tenantId,
        ...(holderId && { holderId }),
        limit: limit + 1,
        before: cursor,
      })
      const items = found.slice(0, limit).map(row => shown(row, principal))
      return ok({ items, next_cursor: found.length > limit ? items.at(-1)?.id : null })
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/sessions/{id}',
    role: 'viewer',
    summary: "Ends one of the caller's own sessions, or for admins any of the tenant, with its streams.",
    params: z.strictObject({ id: uuid }),
    query: reasonQuery,
    replies: { 204: null },
    async handle({ principal, params: { id }, query: { reason } }) {
      const holderId = may(principal, 'admin') ? undefined : ownId(principal)
      await db.transaction(async trx => {
        if (!(await endSession(trx, { tenantId: principal.tenantId, id, holderId }))) throw notFound('session')
        await audit.record({ by: principal, action: 'session.end', target: { type: 'session', id }, reason }, trx)
      })
      revocations.tell([id])
      return { status: 204 }
    },
  }),
]

/** @throws Problem 403 for what is not the caller's, unless they are an admin */
async function holderOf(
  db: Db,
  principal: Principal,
  { scope, member_id }: { scope: 'own' | 'tenant'; member_id?: string | undefined },
): Promise<string | undefined> {
  const own = ownId(principal)
  if (scope === 'own' && (member_id === undefined || member_id === own)) return own
  if (!may(principal, 'admin')) throw new Problem(403, 'forbidden', 'Only admins see the sessions of others.')
  if (member_id && !(await memberById(db, principal.tenantId, member_id))) throw notFound('member')
  return member_id
}

/** Nobody's, for who is neither a member nor a token. */
const ownId = ({ actor, credentialId }: Principal) => actor.id ?? credentialId

const shown = ({ holder_type, holder_id, holder_name, ...row }: SessionRow, { credentialId }: Principal) => ({
  ...row,
  holder: { type: holder_type, id: holder_id, name: holder_name },
  current: row.id === credentialId,
})
