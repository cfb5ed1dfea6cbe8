import { type Db, rows, type Transaction } from '../base/db'
import { ROLES, type Role } from './principal'
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
    `INSERT INTO users (id, tenant_id, email, name, role) VALUES (:id, :tenantId, :email, :name, :role)
     ON CONFLICT (lower(email)) DO NOTHING RETURNING id`,
    member,
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

/** Tokens that a member made, and tokens made with those. */
const MADE_BY = `WITH RECURSIVE made AS (
    SELECT id FROM api_tokens
    WHERE tenant_id = :tenantId AND created_by->>'type' = 'user' AND created_by->>'id' = :id
  UNION
    SELECT t.id FROM api_tokens t JOIN made m ON t.created_by->>'type' = 'token' AND t.created_by->>'id' = m.id::text
    WHERE t.tenant_id = :tenantId)`

const idsOf = async (found: Promise<{ id: string }[]>) => (await found).map(({ id }) => id)

/**
 * Gives a member another role; tokens that they made and that may do more are narrowed to it.
 * @returns the sessions and tokens whose role is another now
 */
export async function setRole(trx: Transaction, tenantId: string, id: string, role: Role): Promise<string[]> {
  await trx.raw('UPDATE users SET role = :role WHERE tenant_id = :tenantId AND id = :id', { tenantId, id, role })
  const above = ROLES.slice(ROLES.indexOf(role) + 1)
  const tokens = await idsOf(
    rows(
      trx,
      `${MADE_BY} UPDATE api_tokens t SET role = :role FROM made
       WHERE t.id = made.id AND t.role = ANY(:above) AND t.revoked_at IS NULL RETURNING t.id`,
      { tenantId, id, role, above },
    ),
  )
  const sessions = await idsOf(
    rows(trx, 'SELECT id FROM sessions WHERE tenant_id = :tenantId AND (user_id = :id OR token_id = ANY(:tokens))', {
      ...{ tenantId, id, tokens },
    }),
  )
  return [...tokens, ...sessions]
}

/** Ends the sessions and the one-time link of a member. @returns the sessions */
export async function signOut(trx: Transaction, tenantId: string, id: string): Promise<string[]> {
  await removeCode(trx, id)
  return idsOf(
    rows(trx, 'DELETE FROM sessions WHERE tenant_id = :tenantId AND user_id = :id RETURNING id', { tenantId, id }),
  )
}

export const clearPassword = (trx: Transaction, tenantId: string, id: string) =>
  trx.raw('UPDATE users SET password_hash = NULL WHERE tenant_id = :tenantId AND id = :id', { tenantId, id })

/** Removes a member and revokes the tokens that they made, whose secrets they know. @returns what has ended with them */
export async function removeMember(trx: Transaction, tenantId: string, id: string): Promise<string[]> {
  const own = await signOut(trx, tenantId, id)
  const tokens = await idsOf(
    rows(
      trx,
      `${MADE_BY} UPDATE api_tokens t SET revoked_at = now() FROM made
       WHERE t.id = made.id AND t.revoked_at IS NULL RETURNING t.id`,
      { tenantId, id },
    ),
  )
  const opened = await idsOf(
    rows(trx, 'DELETE FROM sessions WHERE tenant_id = :tenantId AND token_id = ANY(:tokens) RETURNING id', {
      ...{ tenantId, tokens },
    }),
  )
  await trx.raw('DELETE FROM users WHERE tenant_id = :tenantId AND id = :id', { tenantId, id })
  return [...own, ...tokens, ...opened]
}
