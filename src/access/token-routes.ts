import { created, type Endpoint, endpoint, noContent, ok, pageOf, readCursor } from '../api'
import type { Db } from '../base/db'
import { badRequest, notFound } from '../base/errors'
import { hashSecret, newId, newSecret } from '../base/ids'
import { uuid } from '../contract/fields'
import { tokenRoutes as routes } from '../contract/tokens'
import type { Audit } from './audit'
import { confirmAdmin } from './confirm'
import { latestExpiry } from './created-store'
import type { Revocations } from './revocations'
import { addToken, listTokens, revokeToken } from './token-store'

interface Deps {
  db: Db
  audit: Audit
  revocations: Revocations
}

const mustExpireBefore = (latest: Date) =>
  `A token cannot outlive the one it is created with, which expires at ${latest.toISOString()}.`

export const tokenRoutes = ({ db, audit, revocations }: Deps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { limit, cursor } }) => {
    const found = await listTokens(db, { tenantId, limit: limit + 1, before: readCursor(cursor, uuid) })
    return ok(pageOf(found, limit, ({ id }) => id))
  }),
  endpoint(routes.create, async ({ principal, body: { name, role, expires_at, reason } }) => {
    const expiresAt = expires_at ? new Date(expires_at) : null
    if (expiresAt && expiresAt.getTime() <= Date.now())
      throw badRequest([{ path: 'body.expires_at', message: 'This time has already passed.' }])
    const secret = newSecret('trt')
    const id = newId()
    const token = await db.transaction(async trx => {
      await confirmAdmin(trx, principal)
      const { tenantId, actor } = principal
      const latest = await latestExpiry(trx, principal)
      if (latest && expiresAt && expiresAt > latest)
        throw badRequest([{ path: 'body.expires_at', message: mustExpireBefore(latest) }])
      const target = { type: 'token', id }
      await audit.record({ by: principal, action: 'token.create', target, reason, data: { name, role } }, trx)
      const added = { id, tenantId, name, role, expiresAt: expiresAt ?? latest }
      return addToken(trx, { ...added, hash: hashSecret(secret), createdBy: actor })
    })
    return created({ token, secret })
  }),
  endpoint(routes.revoke, async ({ principal, params: { id }, query: { reason } }) => {
    const ended = await db.transaction(async trx => {
      await confirmAdmin(trx, principal)
      const revoked = await revokeToken(trx, principal.tenantId, id)
      if (!revoked) throw notFound('token')
      await audit.record({ by: principal, action: 'token.revoke', target: { type: 'token', id }, reason }, trx)
      return revoked
    })
    revocations.announceEnded(ended)
    return noContent()
  }),
]
