import { type Db, rows, type Transaction } from '../base/db'
import { hashSecret } from '../base/ids'
import { z } from '../base/parse'
import { manyRows, oneRow } from '../base/rows'
import type { Actor, Role } from '../contract/access'
import { actor, role } from '../contract/access'
import { foldEmail } from './email'
import { endSessionsOf, revokeMadeBy } from './made-store'

/** A row of the view of everything that proves who somebody is. */
export interface Credential {
  id: string
  tenant_id: string
  role: Role
  kind: 'token' | 'session'
  actor_type: 'user' | 'token'
  actor_id: string
  actor_name: string
  used_at: Date | null
  expires_at: Date | null
}

const tokenRow = z.object({
  id: z.string(),
  name: z.string(),
  role,
  created_by: actor,
  created_at: z.date(),
  expires_at: z.date().nullable(),
  last_used_at: z.date().nullable(),
})
export type Token = z.output<typeof tokenRow>

export interface User {
  id: string
  tenant_id: string
  name: string
  password_hash: string | null
}

const TOKEN = 'id, name, role, created_by, created_at, expires_at, last_used_at'
const CREDENTIAL = 'id, tenant_id, role, kind, actor_type, actor_id, actor_name, used_at, expires_at'

const first = async <T>(db: Db, sql: string, bindings: Record<string, unknown>) => (await rows<T>(db, sql, bindings))[0]

export const tenantIds = async (db: Db) =>
  (await rows<{ id: string }>(db, 'SELECT id FROM tenants ORDER BY id')).map(({ id }) => id)

export const credentialByHash = (db: Db, hash: string) =>
  first<Credential>(db, `SELECT ${CREDENTIAL} FROM live_credentials WHERE secret_hash = :hash`, { hash })

export const credentialById = (db: Db, id: string) =>
  first<Credential>(db, `SELECT ${CREDENTIAL} FROM live_credentials WHERE id = :id`, { id })

/** Which of these sessions and tokens have ended. */
export async function endedCredentials(db: Db, ids: string[]): Promise<string[]> {
  const found = await rows<{ id: string }>(
    db,
    `SELECT asked.id FROM unnest(:ids::uuid[]) AS asked (id)
     WHERE NOT EXISTS (SELECT 1 FROM live_credentials l WHERE l.id = asked.id)`,
    { ids },
  )
  return found.map(row => row.id)
}

/** Notes the use of a token, at most once a minute. */
export const touchToken = (db: Db, id: string) =>
  db.raw(
    `UPDATE api_tokens SET last_used_at = now()
     WHERE id = :id AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
    { id },
  )

/** Notes the use of a session and pushes its end, at most once an hour. */
export const touchSession = (db: Db, id: string, lifeSeconds: number) =>
  db.raw(
    `UPDATE sessions SET used_at = now(), expires_at = now() + make_interval(secs => :lifeSeconds)
     WHERE id = :id AND used_at < now() - interval '1 hour'`,
    { id, lifeSeconds },
  )

export async function ensureTenant(db: Db, { id, name }: { id: string; name: string }): Promise<void> {
  await db.raw('INSERT INTO tenants (id, name) VALUES (:id, :name) ON CONFLICT (id) DO NOTHING', { id, name })
}

/** Tells installations apart, for all processes of one alike: when the first tenant was made, to the microsecond. */
export async function installationMark(db: Db, firstTenantId: string): Promise<string> {
  const [row] = await rows<{ at: string }>(
    db,
    'SELECT CAST(extract(epoch FROM created_at) AS text) AS at FROM tenants WHERE id = ?',
    [firstTenantId],
  )
  return hashSecret(row?.at ?? '').slice(0, 8)
}

export const tenantById = (db: Db, id: string) =>
  first<{ id: string; name: string }>(db, 'SELECT id, name FROM tenants WHERE id = :id', { id })

export interface Tenant {
  id: string
  name: string
  created_at: Date
}

export const addTenant = (db: Db, tenant: { id: string; name: string }) =>
  first<Tenant>(db, 'INSERT INTO tenants (id, name) VALUES (:id, :name) RETURNING id, name, created_at', tenant)

/** Newest first. */
export const listTenants = (db: Db, { before, limit }: { before?: string | undefined; limit: number }) =>
  rows<Tenant>(
    db,
    `SELECT id, name, created_at FROM tenants
     WHERE :before::uuid IS NULL OR id < :before ORDER BY id DESC LIMIT :limit`,
    { before: before ?? null, limit },
  )

/** Makes whoever changes who may do what in a tenant wait for each other. */
export const lockTenant = (trx: Transaction, id: string) =>
  trx.raw('SELECT 1 FROM tenants WHERE id = :id FOR NO KEY UPDATE', { id })

/** Gives the tenant an admin when it has none. */
export async function ensureAdmin(db: Db, user: { id: string; tenantId: string; email: string; name: string }) {
  await db.raw(
    `INSERT INTO users (id, tenant_id, email, email_folded, name, role)
     SELECT :id, :tenantId, :email, :folded, :name, 'admin'
     WHERE NOT EXISTS (SELECT 1 FROM users WHERE tenant_id = :tenantId AND role = 'admin' AND disabled_at IS NULL)
     ON CONFLICT (email_folded) DO NOTHING`,
    { ...user, folded: foldEmail(user.email) },
  )
}

/** The oldest member among the admins. */
export const firstAdmin = (db: Db, tenantId: string) =>
  first<User>(
    db,
    `SELECT id, tenant_id, name, password_hash FROM users
     WHERE tenant_id = :tenantId AND role = 'admin' AND disabled_at IS NULL ORDER BY id LIMIT 1`,
    { tenantId },
  )

/** @param folded by `foldEmail` */
export const userByEmail = (db: Db, folded: string) =>
  first<User>(
    db,
    `SELECT id, tenant_id, name, password_hash FROM users WHERE email_folded = :folded AND disabled_at IS NULL`,
    { folded },
  )

export const userById = (db: Db, id: string) =>
  first<User>(db, `SELECT id, tenant_id, name, password_hash FROM users WHERE id = :id AND disabled_at IS NULL`, { id })

export async function setPasswordHash(db: Db, userId: string, hash: string): Promise<void> {
  await db.raw('UPDATE users SET password_hash = :hash WHERE id = :userId', { userId, hash })
}

export interface NewSession {
  id: string
  tenantId: string
  userId: string | null
  tokenId: string | null
  client: string
  agent: string
  hash: string
  lifeSeconds: number
}

export async function addSession(db: Db, session: NewSession): Promise<void> {
  await db.raw(
    `INSERT INTO sessions (id, tenant_id, user_id, token_id, secret_hash, client, agent, expires_at)
     VALUES (:id, :tenantId, :userId, :tokenId, :hash, :client, :agent, now() + make_interval(secs => :lifeSeconds))`,
    { ...session },
  )
}

export async function removeSession(db: Db, id: string): Promise<boolean> {
  return (await rows(db, 'DELETE FROM sessions WHERE id = :id RETURNING id', { id })).length > 0
}

/** Ends the other sessions of a user. @returns their ids */
export async function removeOtherSessions(db: Db, userId: string, keep: string): Promise<string[]> {
  const gone = await rows<{ id: string }>(
    db,
    'DELETE FROM sessions WHERE user_id = :userId AND id <> :keep RETURNING id',
    { userId, keep },
  )
  return gone.map(row => row.id)
}

/** Gives a user a one-time code in place of the one before. */
export async function putCode(
  db: Db,
  code: { hash: string; userId: string; madeBy: string | null; expiresAt: Date },
): Promise<void> {
  await db.raw(
    `INSERT INTO sign_in_codes (code_hash, user_id, made_by, expires_at) VALUES (:hash, :userId, :madeBy, :expiresAt)
     ON CONFLICT (user_id) DO UPDATE
     SET code_hash = excluded.code_hash, made_by = excluded.made_by, expires_at = excluded.expires_at`,
    code,
  )
}

/** Takes away the one-time code of a user that was not used yet. */
export const removeCode = (db: Db, userId: string) => db.raw('DELETE FROM sign_in_codes WHERE user_id = ?', [userId])

/** Uses a code up. Of two at once the second waits for the first one's row lock and then finds nothing. */
export const takeCode = (db: Db, hash: string) =>
  first<{ user_id: string }>(
    db,
    'DELETE FROM sign_in_codes WHERE code_hash = :hash AND expires_at > now() RETURNING user_id',
    { hash },
  )

export interface NewToken {
  id: string
  tenantId: string
  name: string
  role: Role
  hash: string
  createdBy: Actor
  expiresAt: Date | null
}

export function addToken(db: Db, token: NewToken): Promise<Token> {
  return oneRow(
    db,
    tokenRow,
    `INSERT INTO api_tokens (id, tenant_id, name, role, secret_hash, created_by, expires_at)
     VALUES (:id, :tenantId, :name, :role, :hash, :createdBy, :expiresAt) RETURNING ${TOKEN}`,
    { ...token, createdBy: JSON.stringify(token.createdBy) },
  )
}

export const listTokens = (
  db: Db,
  { tenantId, before, limit }: { tenantId: string; before: string | undefined; limit: number },
) =>
  manyRows(
    db,
    tokenRow,
    `SELECT ${TOKEN} FROM api_tokens
     WHERE tenant_id = :tenantId AND revoked_at IS NULL AND (:before::uuid IS NULL OR id < :before)
     ORDER BY id DESC LIMIT :limit`,
    { tenantId, before: before ?? null, limit },
  )

/** @returns the ids of all that ends with the token (itself, its sessions, what it made), or nothing if it is not there */
export async function revokeToken(trx: Transaction, tenantId: string, id: string): Promise<string[] | undefined> {
  const revoked = await rows(
    trx,
    `UPDATE api_tokens SET revoked_at = now()
     WHERE id = :id AND tenant_id = :tenantId AND revoked_at IS NULL RETURNING id`,
    { id, tenantId },
  )
  if (!revoked.length) return undefined
  return [id, ...(await endSessionsOf(trx, [id])), ...(await revokeMadeBy(trx, { tenantId, id }))]
}

export type MadeFrom = 'setting' | 'file'
export interface MadeToken {
  id: string
  secret_hash: string
  revoked_at: Date | null
}

/** Processes that start at once take turns at the tenant's made token. */
export const lockMadeTokens = (trx: Transaction) =>
  trx.raw(`SELECT pg_advisory_xact_lock(hashtext('tailrace.made_token'))`)

export const madeToken = (db: Db, tenantId: string, from: MadeFrom) =>
  first<MadeToken>(
    db,
    'SELECT id, secret_hash, revoked_at FROM api_tokens WHERE tenant_id = :tenantId AND made_from = :from',
    { tenantId, from },
  )

/**
 * Gives the tenant's one made token this secret. A secret that another token has already makes that one an admin's:
 * people copy DATA_DIR/admin-token into TAILRACE_ADMIN_TOKEN.
 * @returns what ended with the former secret
 */
export async function putMadeToken(
  trx: Transaction,
  token: { id: string; tenantId: string; from: MadeFrom; name: string; hash: string; createdBy: Actor },
): Promise<string[]> {
  const known = await rows(
    trx,
    `UPDATE api_tokens SET revoked_at = NULL, role = 'admin'
     WHERE secret_hash = :hash AND tenant_id = :tenantId RETURNING id`,
    { hash: token.hash, tenantId: token.tenantId },
  )
  if (known.length) return []
  const former = await madeToken(trx, token.tenantId, token.from)
  await trx.raw(
    `INSERT INTO api_tokens (id, tenant_id, name, role, secret_hash, made_from, created_by)
     VALUES (:id, :tenantId, :name, 'admin', :hash, :from, :createdBy)
     ON CONFLICT (tenant_id, made_from) WHERE made_from IS NOT NULL
     DO UPDATE SET secret_hash = excluded.secret_hash, revoked_at = NULL`,
    { ...token, createdBy: JSON.stringify(token.createdBy) },
  )
  return former ? [former.id, ...(await endSessionsOf(trx, [former.id]))] : []
}

export async function addTicket(
  db: Db,
  ticket: { hash: string; credentialId: string; topics: string[]; lifeSeconds: number },
): Promise<Date> {
  const [row] = await rows<{ expires_at: Date }>(
    db,
    `INSERT INTO tickets (ticket_hash, credential_id, topics, expires_at)
     VALUES (:hash, :credentialId, :topics, now() + make_interval(secs => :lifeSeconds)) RETURNING expires_at`,
    ticket,
  )
  return row?.expires_at ?? new Date()
}

export const takeTicket = (db: Db, hash: string) =>
  first<{ credential_id: string; topics: string[] }>(
    db,
    'DELETE FROM tickets WHERE ticket_hash = :hash AND expires_at > now() RETURNING credential_id, topics',
    { hash },
  )
