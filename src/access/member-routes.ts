import type { Endpoint, Principal } from '../api'
import type { Db, Transaction } from '../base/db'
import { conflict, notFound } from '../base/errors'
import { pageSize, uuid, z } from '../base/parse'
import type { Audit } from './audit'
import { confirmAdmin } from './confirm'
import { endpoint, ok } from './endpoint'
import { type Invitations, linkFields, newMember } from './invitations'
import {
  clearPassword,
  isOnlyAdmin,
  listMembers,
  type Member,
  memberById,
  removeMember,
  setRole,
  signOut,
} from './member-store'
import type { Revocations } from './revocations'
import { pageOf, reason, reasonQuery, roleSchema } from './schemas'

const member = z.object({
  id: uuid,
  email: z.string(),
  name: z.string(),
  role: roleSchema,
  has_password: z.boolean(),
  created_at: z.date(),
  last_used_at: z.date().nullable().meta({ description: 'Of a session that is still open.' }),
})
const params = z.strictObject({ id: uuid })

interface Deps {
  db: Db
  audit: Audit
  revocations: Revocations
  invitations: Invitations
}

export const memberRoutes = (deps: Deps): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/members',
    role: 'admin',
    summary: 'Lists the members of the tenant, newest first.',
    query: z.strictObject({ limit: pageSize(50, 500), cursor: uuid.optional() }),
    replies: { 200: pageOf(member) },
    async handle({ principal: { tenantId }, query: { limit, cursor } }) {
      const found = await listMembers(deps.db, { tenantId, limit: limit + 1, before: cursor })
      const items = found.slice(0, limit)
      return ok({ items, next_cursor: found.length > limit ? items.at(-1)?.id : null })
    },
  }),
  inviteRoute(deps),
  linkRoute(deps),
  roleRoute(deps),
  removeRoute(deps),
]

const inviteRoute = ({ db, audit, invitations }: Deps) =>
  endpoint({
    method: 'post',
    path: '/api/members',
    role: 'admin',
    summary: 'Makes a member, who signs in by the one-time link in the answer and then sets a password.',
    body: newMember.extend({ role: roleSchema, reason: reason.optional() }),
    replies: { 201: z.object({ member, ...linkFields }) },
    async handle({ principal, body: { reason, ...given }, req }) {
      const { tenantId } = principal
      const body = await db.transaction(async trx => {
        await confirmAdmin(trx, principal)
        const id = await invitations.invite(trx, { ...given, tenantId })
        const target = { type: 'member', id }
        await audit.record({ by: principal, action: 'member.create', target, reason, data: given }, trx)
        return { member: await memberById(trx, tenantId, id), ...(await invitations.linkFor(trx, id, principal, req)) }
      })
      return { status: 201, body }
    },
  })

const linkRoute = ({ db, audit, revocations, invitations }: Deps) =>
  endpoint({
    method: 'post',
    path: '/api/members/{id}/link',
    role: 'admin',
    summary: 'Makes a new one-time link for a member, in place of earlier ones; may take their password and sessions.',
    params,
    body: z.strictObject({ reset_password: z.boolean().default(false), reason: reason.optional() }),
    replies: { 201: z.object(linkFields) },
    async handle({ principal, params: { id }, body: { reset_password, reason }, req }) {
      const { tenantId } = principal
      const { ended, link } = await db.transaction(async trx => {
        await mustBeMember(trx, principal, id)
        const ended = reset_password ? await signOut(trx, tenantId, id) : []
        if (reset_password) await clearPassword(trx, tenantId, id)
        const target = { type: 'member', id }
        await audit.record(
          { by: principal, action: 'member.link', target, reason, data: { reset: reset_password } },
          trx,
        )
        return { ended, link: await invitations.linkFor(trx, id, principal, req) }
      })
      revocations.tell(ended)
      return { status: 201, body: link }
    },
  })

const roleRoute = ({ db, audit, revocations }: Deps) =>
  endpoint({
    method: 'patch',
    path: '/api/members/{id}',
    role: 'admin',
    summary: 'Gives a member another role, at once and everywhere; tokens they made may do no more than they.',
    params,
    body: z.strictObject({ role: roleSchema, reason: reason.optional() }),
    replies: { 200: member },
    async handle({ principal, params: { id }, body: { role, reason } }) {
      const { tenantId } = principal
      const changed = await db.transaction(async trx => {
        const { role: from } = await mustBeMember(trx, principal, id)
        if (from === role) return []
        if (from === 'admin') await mustNotBeLast(trx, tenantId, id)
        const target = { type: 'member', id }
        await audit.record({ by: principal, action: 'member.role', target, reason, data: { from, to: role } }, trx)
        return setRole(trx, tenantId, id, role)
      })
      revocations.tellChanged(changed)
      return ok(await memberById(db, tenantId, id))
    },
  })

const removeRoute = ({ db, audit, revocations }: Deps) =>
  endpoint({
    method: 'delete',
    path: '/api/members/{id}',
    role: 'admin',
    summary: 'Removes a member; their sessions, and the tokens they made, end at once and everywhere.',
    params,
    query: reasonQuery,
    replies: { 204: null },
    async handle({ principal, params: { id }, query: { reason } }) {
      const { tenantId } = principal
      const ended = await db.transaction(async trx => {
        const { email, name, role } = await mustBeMember(trx, principal, id)
        if (role === 'admin') await mustNotBeLast(trx, tenantId, id)
        const target = { type: 'member', id }
        await audit.record({ by: principal, action: 'member.remove', target, reason, data: { email, name, role } }, trx)
        return removeMember(trx, tenantId, id)
      })
      revocations.tell(ended)
      return { status: 204 }
    },
  })

async function mustBeMember(trx: Transaction, principal: Principal, id: string): Promise<Member> {
  await confirmAdmin(trx, principal)
  const found = await memberById(trx, principal.tenantId, id)
  if (!found) throw notFound('member')
  return found
}

async function mustNotBeLast(trx: Transaction, tenantId: string, id: string) {
  if (await isOnlyAdmin(trx, tenantId, id))
    throw conflict('last_admin', 'This is the only admin of the tenant. Make another member an admin first.')
}
