import { Problem } from '../base/errors'
import type { Actor, Role } from '../contract/access'
import { ROLES } from '../contract/values'

/** The tenant that the program makes for itself. The same everywhere, so that nobody has to look it up. */
export const DEFAULT_TENANT_ID = '00000000-0000-7000-8000-000000000001'

/** The verified caller of a request or stream. */
export interface Principal {
  tenantId: string
  role: Role
  actor: Actor
  /** The session or token behind it: ending that ends its streams. */
  credentialId: string
}

export const may = (principal: Pick<Principal, 'role'>, role: Role) =>
  ROLES.indexOf(principal.role) >= ROLES.indexOf(role)

/** Whether it belongs to the tenant whose people run the installation, rather than to one that is a guest on it. */
export const runsInstallation = ({ tenantId }: Principal) => tenantId === DEFAULT_TENANT_ID

/**
 * For what concerns all tenants at once.
 * @param what the beginning of a sentence: `Sweeping`, `Pausing a queue`
 * @throws Problem 403
 */
export function requireInstallation(principal: Principal, what: string): void {
  if (!runsInstallation(principal))
    throw new Problem(403, 'forbidden', `${what} concerns all tenants: only those who run this installation may do it.`)
}
