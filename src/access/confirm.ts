import { may, type Principal } from '../api'
import type { Transaction } from '../base/db'
import { Problem } from '../base/errors'
import { credentialById } from './credential-store'
import { principalOf } from './credentials'
import { unauthorized } from './requests'
import { lockTenant } from './tenant-store'

/**
 * Checks that the caller may change members, roles or tokens, at the start of such a change. Changes are serialized per
 * tenant, and the role is read from the database, because the cached credential may be a few seconds old. So nobody
 * can grant a role they have just lost, and two admins cannot remove each other.
 * @throws Problem 401 or 403
 */
export async function confirmAdmin(trx: Transaction, { tenantId, credentialId }: Principal): Promise<void> {
  await lockTenant(trx, tenantId)
  const credential = await credentialById(trx, credentialId)
  if (!credential) throw unauthorized('This token or session has just ended.', 'invalid_credential')
  if (!may(principalOf(credential), 'admin'))
    throw new Problem(403, 'forbidden', `This requires the role admin, but your role is ${credential.role} now.`)
}
