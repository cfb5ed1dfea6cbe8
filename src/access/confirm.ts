import { may, type Principal } from '../api'
import type { Transaction } from '../base/db'
import { Problem } from '../base/errors'
import { principalOf } from './credentials'
import { unauthorized } from './requests'
import { credentialById, lockTenant } from './store'

/**
 * Begins a change of who may do what: such changes take turns in a tenant, and the database is asked whether the
 * caller still is an admin, because what a process believes of a credential may be some seconds old. So nobody gives a
 * role away that they have just lost, and two admins do not remove each other.
 * @throws Problem 401 or 403
 */
export async function confirmAdmin(trx: Transaction, { tenantId, credentialId }: Principal): Promise<void> {
  await lockTenant(trx, tenantId)
  const credential = await credentialById(trx, credentialId)
  if (!credential) throw unauthorized('This token or session has just ended.', 'invalid_credential')
  if (!may(principalOf(credential), 'admin'))
    throw new Problem(403, 'forbidden', `This needs the role admin; you have the role ${credential.role} now.`)
}
