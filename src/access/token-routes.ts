import type { Db } from '../base/db'
import { badRequest, notFound } from '../base/errors'
import { hashSecret, newId, newSecret } from '../base/ids'
import { pageSize, uuid, z } from '../base/parse'
import type { Audit } from './audit'
import { confirmAdmin } from './confirm'
import { type Endpoint, endpoint, ok } from './endpoint'
import { endOf } from './made-store'
import type { Revocations } from './revocations'
import { actorSchema, pageOf, plainText, reason, reasonQuery, roleSchema } from './schemas'
import { addToken, listTokens, revokeToken } from './store'

const token = z.object({
  id: uuid,
  name: z.string(),
  role: roleSchema,
  created_by: actorSchema,
  created_at: z.date(),
  expires_at: z.date().nullable(),
  last_used_at: z.date().nullable(),
})

const body = z.strictObject({
  name: plainText(200),
  role: roleSchema,
  expires_at: z.iso.datetime({ offset: true }).nullish(),
  reason: reason.optional(),
})

const outlives = (most: Date) => `A token cannot outlive the one that makes it, which ends at ${most.toISOString()}.`

export const tokenRoutes = ({
  db,
  audit,
  revocations,
}: {
  db: Db
  audit: Audit
  revocations: Revocations
}): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/tokens',
    role: 'admin',
    summary: 'Lists the API tokens of the tenant, newest first, without their secrets.',
    query: z.strictObject({ limit: pageSize(50, 500), cursor: uuid.optional() }),
    replies: { 200: pageOf(token) },
    async handle({ principal: { tenantId }, query: { limit, cursor } }) {
      const found = await listTokens(db, { tenantId, limit: limit + 1, ...(cursor && { before: cursor }) })
      const items = found.slice(0, limit)
      return ok({ items, next_cursor: found.length > limit ? items.at(-1)?.id : null })
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/tokens',
    role: 'admin',
    summary:
      'Makes an API token; its secret is shown this once. One that a token makes ends with that one at the latest.',
    body,
    replies: { 201: z.object({ token, secret: z.string() }) },
    async handle({ principal, body: { name, role, expires_at, reason } }) {
      const expiresAt = expires_at ? new Date(expires_at) : null
      if (expiresAt && expiresAt.getTime() <= Date.now())
        throw badRequest([{ path: 'body.expires_at', message: 'This time has passed already.' }])
      const secret = newSecret('trt')
      const id = newId()
      const made = await db.transaction(async trx => {
        await confirmAdmin(trx, principal)
        const { tenantId, actor } = principal
        const most = await endOf(trx, principal)
        if (most && expiresAt && expiresAt > most)
          throw badRequest([{ path: 'body.expires_at', message: outlives(most) }])
        const target = { type: 'token', id }
        await audit.record({ by: principal, action: 'token.create', target, reason, data: { name, role } }, trx)
        const token = { id, tenantId, name, role, expiresAt: expiresAt ?? most }
        return addToken(trx, { ...token, hash: hashSecret(secret), createdBy: actor })
      })
      return { status: 201, body: { token: made, secret } }
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/tokens/{id}',
    role: 'admin',
    summary: 'Revokes an API token with all that was made with it, and ends their sessions and streams.',
    params: z.strictObject({ id: uuid }),
    query: reasonQuery,
    replies: { 204: null },
    async handle({ principal, params: { id }, query: { reason } }) {
      const ended = await db.transaction(async trx => {
        await confirmAdmin(trx, principal)
        const gone = await revokeToken(trx, principal.tenantId, id)
        if (!gone) throw notFound('token')
        await audit.record({ by: principal, action: 'token.revoke', target: { type: 'token', id }, reason }, trx)
        return gone
      })
      revocations.tell(ended)
      return { status: 204 }
    },
  }),
]
