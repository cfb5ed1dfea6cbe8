import { type Db, rows, type Transaction } from '../base/db'
import type { Role } from '../contract/access'
import { foldEmail } from './email'
import { narrowMadeBy, revokeMadeBy } from './made-store'
import { removeCode } from './store'

export interface Member {
  id: string
  email: string
  name: string
  role: Role
  has_password: boolean
  created_at: Date
  /** Of a session that is still open. */
  last_used_at: Date | null
}

const MEMBER = `u.id, u.email, u.name, u.role, u.password_hash IS NOT NULL AS has_password, u.created_at,
  (SELECT max(s.used_at) FROM sessions s WHERE s.user_id = u.id AND s.expires_at > now()) AS last_used_at`

/** Newest first. */
export const listMembers = (
  db: Db,
  { before, ...page }: { tenantId: string; before?: string | undefined; limit: number },
) =>
  rows<Member>(
    db,
    `SELECT ${MEMBER} FROM users u
     WHERE u.tenant_id = :tenantId AND u.disabled_at IS NULL AND (:before::uuid IS NULL OR u.id < :before)
     ORDER BY u.id DESC LIMIT :limit`,
    { ...page, before: before ?? null },
  )

export async function memberById(db: Db, tenantId: string, id: string): Promise<Member | undefined> {
  const [row] = await rows<Member>(
    db,
    `SELECT ${MEMBER} FROM users u WHERE u.tenant_id = :tenantId AND u.id = :id AND u.disabled_at IS NULL`,
    { tenantId, id },
  )
  return row
}

/** @returns whether the address was free: it belongs to one member of one tenant, because sign-in names no tenant */
export async function addMember(
  db: Db,
  member: { id: string; tenantId: string; email: string; name: string; role: Role },
): Promise<boolean> {
  const added = await rows(
    db,
    `INSERT INTO users (id, tenant_id, email, email_folded, name, role)
     VALUES (:id, :tenantId, :email, :folded, :name, :role)
     ON CONFLICT (email_folded) DO NOTHING RETURNING id`,
    { ...member, folded: foldEmail(member.email) },
  )
  return added.length > 0
}

export async function isOnlyAdmin(trx: Transaction, tenantId: string, id: string): Promise<boolean> {
  const admins = await rows<{ id: string }>(
    trx,
    `SELECT id FROM users WHERE tenant_id = :tenantId AND role = 'admin' AND disabled_at IS NULL LIMIT 2`,
    { tenantId },
  )
  return admins.length === 1 && admins[0]?.id === id
}

/**
 * Gives a member another role; what they made and that may do more is narrowed to it.
 * @returns the sessions and tokens whose role is another now
 */
export async function setRole(trx: Transaction, tenantId: string, id: string, role: Role): Promise<string[]> {
  await trx.raw('UPDATE users SET role = :role WHERE tenant_id = :tenantId AND id = :id', { tenantId, id, role })
  const own = await rows<{ id: string }>(trx, 'SELECT id FROM sessions WHERE tenant_id = ? AND user_id = ?', [
    tenantId,
    id,
  ])
  return [...own.map(session => session.id), ...(await narrowMadeBy(trx, { tenantId, id }, role))]
}

/** Ends the sessions and the one-time link of a member. @returns the sessions */
export async function signOut(trx: Transaction, tenantId: string, id: string): Promise<string[]> {
  await removeCode(trx, id)
  const ended = await rows<{ id: string }>(
    trx,
    'DELETE FROM sessions WHERE tenant_id = ? AND user_id = ? RETURNING id',
    [tenantId, id],
  )
  return ended.map(session => session.id)
}

export const clearPassword = (trx: Transaction, tenantId: string, id: string) =>
  trx.raw('UPDATE users SET password_hash = NULL WHERE tenant_id = :tenantId AND id = :id', { tenantId, id })

/** Removes a member and revokes what they made, whose secrets they know. @returns what has ended with them */
export async function removeMember(trx: Transaction, tenantId: string, id: string): Promise<string[]> {
  const ended = [...(await signOut(trx, tenantId, id)), ...(await revokeMadeBy(trx, { tenantId, id }))]
  await trx.raw('DELETE FROM users WHERE tenant_id = :tenantId AND id = :id', { tenantId, id })
  return ended
}
