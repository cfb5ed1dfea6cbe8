import type { Db } from '../base/db'
import { z } from '../base/parse'
import { firstRow } from '../base/rows'
import { foldEmail } from './email'

const userRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  password_hash: z.string().nullable(),
})
export type User = z.output<typeof userRow>

const USER = 'id, tenant_id, name, password_hash'

/** Adds an admin to the tenant if it has none. */
export async function ensureAdmin(db: Db, user: { id: string; tenantId: string; email: string; name: string }) {
  await db.raw(
    `INSERT INTO users (id, tenant_id, email, email_folded, name, role)
     SELECT :id, :tenantId, :email, :folded, :name, 'admin'
     WHERE NOT EXISTS (SELECT 1 FROM users WHERE tenant_id = :tenantId AND role = 'admin' AND disabled_at IS NULL)
     ON CONFLICT (email_folded) DO NOTHING`,
    { ...user, folded: foldEmail(user.email) },
  )
}

/** The admin who has been a member longest. */
export const firstAdmin = (db: Db, tenantId: string) =>
  firstRow(
    db,
    userRow,
    `SELECT ${USER} FROM users
     WHERE tenant_id = :tenantId AND role = 'admin' AND disabled_at IS NULL ORDER BY id LIMIT 1`,
    { tenantId },
  )

/** @param folded by `foldEmail` */
export const userByEmail = (db: Db, folded: string) =>
  firstRow(db, userRow, `SELECT ${USER} FROM users WHERE email_folded = :folded AND disabled_at IS NULL`, { folded })

export const userById = (db: Db, id: string) =>
  firstRow(db, userRow, `SELECT ${USER} FROM users WHERE id = :id AND disabled_at IS NULL`, { id })

export async function setPasswordHash(db: Db, userId: string, hash: string): Promise<void> {
  await db.raw('UPDATE users SET password_hash = :hash WHERE id = :userId', { userId, hash })
}

/** Gives a user a one-time code, which replaces the previous one. */
export async function putCode(
  db: Db,
  code: { hash: string; userId: string; createdBy: string | null; expiresAt: Date },
): Promise<void> {
  await db.raw(
    `INSERT INTO sign_in_codes (code_hash, user_id, made_by, expires_at) VALUES (:hash, :userId, :createdBy, :expiresAt)
     ON CONFLICT (user_id) DO UPDATE
     SET code_hash = excluded.code_hash, made_by = excluded.made_by, expires_at = excluded.expires_at`,
    code,
  )
}

/** Deletes the unused one-time code of a user. */
export const removeCode = (db: Db, userId: string) => db.raw('DELETE FROM sign_in_codes WHERE user_id = ?', [userId])

/**
 * Redeems a code. Of two concurrent requests, the second waits for the row lock of the first and then finds nothing.
 */
export const redeemCode = (db: Db, hash: string) =>
  firstRow(
    db,
    z.object({ user_id: z.string() }),
    'DELETE FROM sign_in_codes WHERE code_hash = :hash AND expires_at > now() RETURNING user_id',
    { hash },
  )
