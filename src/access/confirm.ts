import { may, type Principal } from '../api'
import type { Transaction } from '../base/db'
import { Problem } from '../base/errors'
import { credentialById } from './credential-store'
import { principalOf } from './credentials'
import { unauthorized } from './requests'
import { lockTenant } from './tenant-store'

/**
 * Begins a change of members, roles or tokens. Such changes are serialised per tenant, and the database is asked whether
 * the caller is still an admin, because the cached credential may be some seconds old. So nobody grants a role they have
 * just lost, and two admins cannot remove each other.
 * @throws Problem 401 or 403
 */
export async function confirmAdmin(trx: Transaction, { tenantId, credentialId }: Principal): Promise<void> {
  await lockTenant(trx, tenantId)
  const credential = await credentialById(trx, credentialId)
  if (!credential) throw unauthorized('This token or session has just ended.', 'invalid_credential')
  if (!may(principalOf(credential), 'admin'))
    throw new Problem(403, 'forbidden', `This needs the role admin; you have the role ${credential.role} now.`)
}
