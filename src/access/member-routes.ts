import { created, type Endpoint, endpoint, noContent, ok, type Principal, pageOf, readCursor } from '../api'
import type { Db, Transaction } from '../base/db'
import { conflict, notFound } from '../base/errors'
import { z } from '../base/parse'
import { uuid } from '../contract/fields'
import { memberRoutes as routes } from '../contract/members'
import type { Audit } from './audit'
import { confirmAdmin } from './confirm'
import type { Invitations } from './invitations'
import {
  clearPassword,
  isOnlyAdmin,
  listMemberNames,
  listMembers,
  type MemberRow,
  memberById,
  removeMember,
  setRole,
  signOut,
} from './member-store'
import type { Revocations } from './revocations'

interface Deps {
  db: Db
  audit: Audit
  revocations: Revocations
  invitations: Invitations
}

const namePlace = z.object({ name: z.string(), id: uuid })

export const memberRoutes = (deps: Deps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { limit, cursor } }) => {
    const found = await listMembers(deps.db, { tenantId, limit: limit + 1, before: readCursor(cursor, uuid) })
    return ok(pageOf(found, limit, ({ id }) => id))
  }),
  endpoint(routes.names, async ({ principal: { tenantId }, query: { q = '', limit, cursor } }) => {
    const after = readCursor(cursor, namePlace)
    const found = await listMemberNames(deps.db, { tenantId, q, after, limit: limit + 1 })
    return ok(pageOf(found, limit, ({ name, id }) => ({ name, id })))
  }),
  inviteRoute(deps),
  linkRoute(deps),
  roleRoute(deps),
  removeRoute(deps),
]

const inviteRoute = ({ db, audit, invitations }: Deps) =>
  endpoint(routes.invite, async ({ principal, body: { reason, ...invitee }, req }) => {
    const invited = await db.transaction(async trx => {
      await confirmAdmin(trx, principal)
      const member = await invitations.invite(trx, { ...invitee, tenantId: principal.tenantId })
      const target = { type: 'member', id: member.id }
      await audit.record({ by: principal, action: 'member.create', target, reason, data: invitee }, trx)
      return { member, ...(await invitations.linkFor(trx, member.id, principal, req)) }
    })
    return created(invited)
  })

const linkRoute = ({ db, audit, revocations, invitations }: Deps) =>
  endpoint(routes.createLink, async ({ principal, params: { id }, body: { reset_password, reason }, req }) => {
    const { tenantId } = principal
    const { ended, link } = await db.transaction(async trx => {
      await requireMember(trx, principal, id)
      const ended = reset_password ? await signOut(trx, tenantId, id) : []
      if (reset_password) await clearPassword(trx, tenantId, id)
      const target = { type: 'member', id }
      await audit.record({ by: principal, action: 'member.link', target, reason, data: { reset: reset_password } }, trx)
      return { ended, link: await invitations.linkFor(trx, id, principal, req) }
    })
    revocations.announceEnded(ended)
    return created(link)
  })

const roleRoute = ({ db, audit, revocations }: Deps) =>
  endpoint(routes.setRole, async ({ principal, params: { id }, body: { role, reason } }) => {
    const { tenantId } = principal
    const { member, changed } = await db.transaction(async trx => {
      const member = await requireMember(trx, principal, id)
      const from = member.role
      if (from === role) return { member, changed: [] }
      if (from === 'admin') await requireAnotherAdmin(trx, tenantId, id)
      const target = { type: 'member', id }
      await audit.record({ by: principal, action: 'member.role', target, reason, data: { from, to: role } }, trx)
      return { member: { ...member, role }, changed: await setRole(trx, tenantId, id, role) }
    })
    revocations.announceChanged(changed)
    return ok(member)
  })

const removeRoute = ({ db, audit, revocations }: Deps) =>
  endpoint(routes.remove, async ({ principal, params: { id }, query: { reason } }) => {
    const { tenantId } = principal
    const ended = await db.transaction(async trx => {
      const { email, name, role } = await requireMember(trx, principal, id)
      if (role === 'admin') await requireAnotherAdmin(trx, tenantId, id)
      const target = { type: 'member', id }
      await audit.record({ by: principal, action: 'member.remove', target, reason, data: { email, name, role } }, trx)
      return removeMember(trx, tenantId, id)
    })
    revocations.announceEnded(ended)
    return noContent()
  })

async function requireMember(trx: Transaction, principal: Principal, id: string): Promise<MemberRow> {
  await confirmAdmin(trx, principal)
  const member = await memberById(trx, principal.tenantId, id)
  if (!member) throw notFound('member')
  return member
}

async function requireAnotherAdmin(trx: Transaction, tenantId: string, id: string) {
  if (await isOnlyAdmin(trx, tenantId, id))
    throw conflict('last_admin', 'This is the only admin of the tenant. Make another member an admin first.')
}
