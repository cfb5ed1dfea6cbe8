import { created, type Endpoint, endpoint, ok, pageOf, readCursor, requireInstallation } from '../api'
import type { Db } from '../base/db'
import { newId } from '../base/ids'
import { uuid } from '../contract/fields'
import { tenantRoutes as routes } from '../contract/tenants'
import type { Audit } from './audit'
import { confirmAdmin } from './confirm'
import type { Invitations } from './invitations'
import { addTenant, listTenants } from './tenant-store'

interface Deps {
  db: Db
  audit: Audit
  invitations: Invitations
}

/**
 * The admins of the default tenant run the installation. They create tenants, each with a first admin, and pass on that
 * admin's link. They have no role in the tenants they create, so nothing needs to be checked across tenants. No request
 * removes a tenant, because that would delete its history.
 */
export const tenantRoutes = ({ db, audit, invitations }: Deps): Endpoint[] => [
  endpoint(routes.list, async ({ principal, query: { limit, cursor } }) => {
    requireInstallation(principal, 'The list of tenants')
    const found = await listTenants(db, { limit: limit + 1, before: readCursor(cursor, uuid) })
    return ok(pageOf(found, limit, ({ id }) => id))
  }),
  endpoint(routes.create, async ({ principal, body: { name, admin, reason }, req }) => {
    requireInstallation(principal, 'Creating a tenant')
    const added = await db.transaction(async trx => {
      await confirmAdmin(trx, principal)
      const tenant = await addTenant(trx, { id: newId(), name })
      const invitee = { ...admin, role: 'admin' as const }
      const member = await invitations.invite(trx, { ...invitee, tenantId: tenant.id })
      await audit.record(
        { by: principal, action: 'tenant.create', target: { type: 'tenant', id: tenant.id }, reason, data: { name } },
        trx,
      )
      const by = { tenantId: tenant.id, actor: principal.actor }
      const target = { type: 'member', id: member.id }
      await audit.record({ by, action: 'member.create', target, reason, data: invitee }, trx)
      return { tenant, ...(await invitations.linkFor(trx, member.id, principal, req)) }
    })
    return created(added)
  }),
]
