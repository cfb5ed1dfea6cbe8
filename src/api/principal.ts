import { Problem } from '../base/errors'
import type { Actor, Role } from '../contract/access'
import { ROLES } from '../contract/values'

/** The tenant created on the first start. The id is fixed, so it never has to be looked up. */
export const DEFAULT_TENANT_ID = '00000000-0000-7000-8000-000000000001'

/** The verified caller of a request or stream. */
export interface Principal {
  tenantId: string
  role: Role
  actor: Actor
  /** The session or token used. When it ends, its streams end. */
  credentialId: string
  /** The topics of a one-time ticket; undefined: all of the tenant. */
  topics?: readonly string[]
}

export const may = (principal: Pick<Principal, 'role'>, role: Role) =>
  ROLES.indexOf(principal.role) >= ROLES.indexOf(role)

/** Whether the caller belongs to the default tenant, whose members run the installation. */
export const runsInstallation = ({ tenantId }: Principal) => tenantId === DEFAULT_TENANT_ID

/**
 * For actions that affect all tenants.
 * @param what the subject of the error message: `Sweeping`, `Pausing a queue`
 * @throws Problem 403
 */
export function requireInstallation(principal: Principal, what: string): void {
  if (!runsInstallation(principal))
    throw new Problem(403, 'forbidden', `${what} affects all tenants: only members of the default tenant may do it.`)
}
