import type { Endpoint } from '../api'
import { requireInstallation } from '../api'
import type { Db } from '../base/db'
import { newId } from '../base/ids'
import { pageSize, uuid, z } from '../base/parse'
import type { Audit } from './audit'
import { confirmAdmin } from './confirm'
import { endpoint, ok } from './endpoint'
import { type Invitations, linkFields, newMember } from './invitations'
import { pageOf, plainText, reason } from './schemas'
import { addTenant, listTenants } from './store'

const tenant = z.object({ id: uuid, name: z.string(), created_at: z.date() })

interface Deps {
  db: Db
  audit: Audit
  invitations: Invitations
}

/**
 * The admins of the first tenant run the installation and make tenants, each with a first admin, to whom they hand a
 * link. That is all: they have no role in the tenants they make, so that nothing has to be checked across tenants
 * anywhere, and a tenant is not removed by a request, because its history would go with it.
 */
export const tenantRoutes = ({ db, audit, invitations }: Deps): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/tenants',
    role: 'admin',
    summary: 'Lists the tenants, newest first; for admins of the first tenant.',
    query: z.strictObject({ limit: pageSize(50, 500), cursor: uuid.optional() }),
    replies: { 200: pageOf(tenant) },
    async handle({ principal, query: { limit, cursor } }) {
      requireInstallation(principal, 'The list of tenants')
      const found = await listTenants(db, { limit: limit + 1, before: cursor })
      const items = found.slice(0, limit)
      return ok({ items, next_cursor: found.length > limit ? items.at(-1)?.id : null })
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/tenants',
    role: 'admin',
    summary: 'Makes a tenant with its first admin, who comes in by the one-time link in the answer.',
    body: z.strictObject({ name: plainText(200), admin: newMember, reason: reason.optional() }),
    replies: { 201: z.object({ tenant, ...linkFields }) },
    async handle({ principal, body: { name, admin, reason }, req }) {
      requireInstallation(principal, 'Making a tenant')
      const tenantId = newId()
      const body = await db.transaction(async trx => {
        await confirmAdmin(trx, principal)
        const tenant = await addTenant(trx, { id: tenantId, name })
        const id = await invitations.invite(trx, { ...admin, role: 'admin', tenantId })
        const made = { type: 'tenant', id: tenantId }
        await audit.record({ by: principal, action: 'tenant.create', target: made, reason, data: { name } }, trx)
        const { actor } = principal
        const data = { ...admin, role: 'admin' }
        await audit.record(
          { by: { tenantId, actor }, action: 'member.create', target: { type: 'member', id }, reason, data },
          trx,
        )
        return { tenant, ...(await invitations.linkFor(trx, id, principal, req)) }
      })
      return { status: 201, body }
    },
  }),
]
