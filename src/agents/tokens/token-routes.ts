import { type Audit, confirmAdmin } from '../../access'
import { created, type Endpoint, endpoint, noContent, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { badRequest, notFound } from '../../base/errors'
import { hashSecret, newId, newSecret } from '../../base/ids'
import { agentTokenRoutes as routes } from '../../contract/agents'
import { uuid } from '../../contract/fields'
import { addToken, listTokens, removeToken } from './token-store'

interface Deps {
  db: Db
  audit: Audit
}

const HOUR_MS = 3_600_000
const REUSABLE_MS = 30 * 24 * HOUR_MS
const MAX_MS = 366 * 24 * HOUR_MS

/** Tokens that agents enroll with. Each is shown once; only its hash is stored. */
export const tokenRoutes = ({ db, audit }: Deps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { limit, cursor } }) => {
    const found = await listTokens(db, { tenantId, before: readCursor(cursor, uuid), limit: limit + 1 })
    return ok(pageOf(found, limit, ({ id }) => id))
  }),
  endpoint(routes.create, async ({ principal, body: { name, reusable, expires_at, reason } }) => {
    const { tenantId, actor: createdBy } = principal
    const expiresAt = expiryOf(expires_at, reusable)
    const secret = newSecret('tra')
    const id = newId()
    const token = await db.transaction(async trx => {
      await confirmAdmin(trx, principal)
      const row = await addToken(trx, { id, tenantId, name, hash: hashSecret(secret), reusable, createdBy, expiresAt })
      const target = { type: 'agent_token', id }
      const data = { name, reusable, expires_at: expiresAt }
      await audit.record({ by: principal, action: 'agent_token.create', target, reason, data }, trx)
      return row
    })
    return created({ token, secret })
  }),
  endpoint(routes.remove, async ({ principal, params: { id }, query: { reason } }) => {
    await db.transaction(async trx => {
      await confirmAdmin(trx, principal)
      if (!(await removeToken(trx, principal.tenantId, id))) throw notFound('agent token')
      const target = { type: 'agent_token', id }
      await audit.record({ by: principal, action: 'agent_token.delete', target, reason }, trx)
    })
    return noContent()
  }),
]

/** @throws Problem 400 if it is in the past, or too far away */
function expiryOf(given: string | undefined, reusable: boolean): Date {
  const now = Date.now()
  if (given === undefined) return new Date(now + (reusable ? REUSABLE_MS : HOUR_MS))
  const at = new Date(given)
  const inMs = at.getTime() - now
  if (inMs > 0 && inMs <= MAX_MS) return at
  throw badRequest([{ path: 'body.expires_at', message: 'must be in the future, and at most a year away' }])
}
