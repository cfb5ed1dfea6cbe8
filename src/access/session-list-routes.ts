import { type Endpoint, endpoint, may, noContent, ok, type Principal, pageOf, readCursor } from '../api'
import type { Db } from '../base/db'
import { notFound, Problem } from '../base/errors'
import { uuid } from '../contract/fields'
import { sessionRoutes as routes } from '../contract/sessions'
import type { Audit } from './audit'
import { memberById } from './member-store'
import type { Revocations } from './revocations'
import { listSessions, removeSession, type SessionRow } from './session-store'

interface Deps {
  db: Db
  audit: Audit
  revocations: Revocations
}

export const sessionListRoutes = ({ db, audit, revocations }: Deps): Endpoint[] => [
  endpoint(routes.list, async ({ principal, query: { limit, cursor, ...filter } }) => {
    const { tenantId } = principal
    const before = readCursor(cursor, uuid)
    const holderId = await holderOf(db, principal, filter)
    const found = await listSessions(db, { tenantId, holderId, limit: limit + 1, before })
    const { items, next_cursor } = pageOf(found, limit, ({ id }) => id)
    return ok({ items: items.map(row => sessionOf(row, principal)), next_cursor })
  }),
  endpoint(routes.end, async ({ principal, params: { id }, query: { reason } }) => {
    const { tenantId } = principal
    const holderId = may(principal, 'admin') ? undefined : ownHolderId(principal)
    await db.transaction(async trx => {
      if (!(await removeSession(trx, { tenantId, id, holderId }))) throw notFound('session')
      await audit.record({ by: principal, action: 'session.end', target: { type: 'session', id }, reason }, trx)
    })
    revocations.announceEnded([id])
    return noContent()
  }),
]

/**
 * Whose sessions to list; undefined: all of the tenant's.
 * @throws Problem 403 for the sessions of others, unless the caller is an admin
 */
async function holderOf(
  db: Db,
  principal: Principal,
  { scope, member_id }: { scope: 'own' | 'tenant'; member_id?: string | undefined },
): Promise<string | undefined> {
  const own = ownHolderId(principal)
  if (scope === 'own' && (member_id === undefined || member_id === own)) return own
  if (!may(principal, 'admin')) throw new Problem(403, 'forbidden', 'Only admins can see the sessions of others.')
  if (member_id && !(await memberById(db, principal.tenantId, member_id))) throw notFound('member')
  return member_id
}

/** A caller that is neither a member nor a token has no sessions; no session has the credential's id as its holder. */
const ownHolderId = ({ actor, credentialId }: Principal) => actor.id ?? credentialId

const sessionOf = ({ holder_type, holder_id, holder_name, ...row }: SessionRow, { credentialId }: Principal) => ({
  ...row,
  holder: { type: holder_type, id: holder_id, name: holder_name },
  current: row.id === credentialId,
})
