/** What somebody may do; each role may do all that those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Who did it, as stored with jobs and in the audit log. */
export interface Actor {
  type: 'user' | 'token' | 'system'
  id: string | null
  name: string
}

/** The verified caller of a request or stream. */
export interface Principal {
  tenantId: string
  role: Role
  actor: Actor
  /** The session or token behind it: ending that ends its streams. */
  credentialId: string
}

export const may = (principal: Principal, role: Role) => ROLES.indexOf(principal.role) >= ROLES.indexOf(role)
