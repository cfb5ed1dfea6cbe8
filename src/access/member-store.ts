import { type Db, likePattern, type Transaction } from '../base/db'
import { z } from '../base/parse'
import { firstRow, idRow, idsOf, manyRows } from '../base/rows'
import { type Role, role } from '../contract/access'
import { limitRoleOfCreatedBy, revokeCreatedBy } from './created-store'
import { foldEmail } from './email'
import { removeCode } from './user-store'
import { removePrivateViews } from './views'

const memberRow = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  has_password: z.boolean(),
  created_at: z.date(),
  last_used_at: z.date().nullable(),
})
export type MemberRow = z.output<typeof memberRow>

const MEMBER = `u.id, u.email, u.name, u.role, u.password_hash IS NOT NULL AS has_password, u.created_at,
  (SELECT max(s.used_at) FROM sessions s WHERE s.user_id = u.id AND s.expires_at > now()) AS last_used_at`

/** Newest first. */
export const listMembers = (
  db: Db,
  { before, ...page }: { tenantId: string; before: string | undefined; limit: number },
) =>
  manyRows(
    db,
    memberRow,
    `SELECT ${MEMBER} FROM users u
     WHERE u.tenant_id = :tenantId AND u.disabled_at IS NULL AND (:before::uuid IS NULL OR u.id < :before)
     ORDER BY u.id DESC LIMIT :limit`,
    { ...page, before: before ?? null },
  )

const nameRow = z.object({ id: z.string(), name: z.string() })

/** The position of a member in the list of names. */
export interface NamePlace {
  name: string
  id: string
}

/** By name. */
export const listMemberNames = (
  db: Db,
  { tenantId, q, after, limit }: { tenantId: string; q: string; after: NamePlace | undefined; limit: number },
) =>
  manyRows(
    db,
    nameRow,
    `SELECT id, name FROM users
     WHERE tenant_id = :tenantId AND disabled_at IS NULL AND name ILIKE :like ${after ? 'AND (name, id) > (:name, :id)' : ''}
     ORDER BY name, id LIMIT :limit`,
    { tenantId, like: likePattern(q), limit, ...after },
  )

export const memberById = (db: Db, tenantId: string, id: string) =>
  firstRow(
    db,
    memberRow,
    `SELECT ${MEMBER} FROM users u WHERE u.tenant_id = :tenantId AND u.id = :id AND u.disabled_at IS NULL`,
    { tenantId, id },
  )

/** @returns undefined if the address is taken: sign-in names no tenant, so an address belongs to one member only */
export const addMember = (db: Db, member: { id: string; tenantId: string; email: string; name: string; role: Role }) =>
  firstRow(
    db,
    memberRow,
    `INSERT INTO users AS u (id, tenant_id, email, email_folded, name, role)
     VALUES (:id, :tenantId, :email, :folded, :name, :role)
     ON CONFLICT (email_folded) DO NOTHING RETURNING ${MEMBER}`,
    { ...member, folded: foldEmail(member.email) },
  )

export async function isOnlyAdmin(trx: Transaction, tenantId: string, id: string): Promise<boolean> {
  const admins = await manyRows(
    trx,
    idRow,
    `SELECT id FROM users WHERE tenant_id = :tenantId AND role = 'admin' AND disabled_at IS NULL LIMIT 2`,
    { tenantId },
  )
  return admins.length === 1 && admins[0]?.id === id
}

/**
 * Changes the role of a member, and limits the tokens they created to it.
 * @returns the sessions and tokens whose role has changed
 */
export async function setRole(trx: Transaction, tenantId: string, id: string, role: Role): Promise<string[]> {
  await trx.raw('UPDATE users SET role = :role WHERE tenant_id = :tenantId AND id = :id', { tenantId, id, role })
  const sessions = await manyRows(trx, idRow, 'SELECT id FROM sessions WHERE tenant_id = ? AND user_id = ?', [
    tenantId,
    id,
  ])
  return [...idsOf(sessions), ...(await limitRoleOfCreatedBy(trx, { tenantId, id }, role))]
}

/** Ends the sessions and the one-time link of a member. @returns the ids of the sessions */
export async function signOut(trx: Transaction, tenantId: string, id: string): Promise<string[]> {
  await removeCode(trx, id)
  const ended = await manyRows(trx, idRow, 'DELETE FROM sessions WHERE tenant_id = ? AND user_id = ? RETURNING id', [
    tenantId,
    id,
  ])
  return idsOf(ended)
}

export const clearPassword = (trx: Transaction, tenantId: string, id: string) =>
  trx.raw('UPDATE users SET password_hash = NULL WHERE tenant_id = :tenantId AND id = :id', { tenantId, id })

/**
 * Removes a member and revokes the tokens they created, whose secrets they know.
 * @returns the sessions and tokens that have ended
 */
export async function removeMember(trx: Transaction, tenantId: string, id: string): Promise<string[]> {
  const ended = [...(await signOut(trx, tenantId, id)), ...(await revokeCreatedBy(trx, { tenantId, id }))]
  await removePrivateViews(trx, tenantId, [id, ...ended])
  await trx.raw('DELETE FROM users WHERE tenant_id = :tenantId AND id = :id', { tenantId, id })
  return ended
}
