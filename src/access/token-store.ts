import type { Db, Transaction } from '../base/db'
import { z } from '../base/parse'
import { firstRow, idRow, manyRows, oneRow } from '../base/rows'
import { type Actor, actor, type Role, role } from '../contract/access'
import { revokeCreatedBy } from './created-store'
import { removeSessionsOfTokens } from './session-store'
import { removePrivateViews } from './views'

const tokenRow = z.object({
  id: z.string(),
  name: z.string(),
  role,
  created_by: actor,
  created_at: z.date(),
  expires_at: z.date().nullable(),
  last_used_at: z.date().nullable(),
})
const TOKEN = 'id, name, role, created_by, created_at, expires_at, last_used_at'

export interface NewToken {
  id: string
  tenantId: string
  name: string
  role: Role
  hash: string
  createdBy: Actor
  expiresAt: Date | null
}

export const addToken = (db: Db, token: NewToken) =>
  oneRow(
    db,
    tokenRow,
    `INSERT INTO api_tokens (id, tenant_id, name, role, secret_hash, created_by, expires_at)
     VALUES (:id, :tenantId, :name, :role, :hash, :createdBy, :expiresAt) RETURNING ${TOKEN}`,
    { ...token, createdBy: JSON.stringify(token.createdBy) },
  )

/** Newest first. */
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

/**
 * @returns the ids of the token, its sessions and the tokens it created, which have all ended; undefined if not found
 */
export async function revokeToken(trx: Transaction, tenantId: string, id: string): Promise<string[] | undefined> {
  const revoked = await firstRow(
    trx,
    idRow,
    `UPDATE api_tokens SET revoked_at = now()
     WHERE id = :id AND tenant_id = :tenantId AND revoked_at IS NULL RETURNING id`,
    { id, tenantId },
  )
  if (!revoked) return undefined
  const ended = [id, ...(await removeSessionsOfTokens(trx, [id])), ...(await revokeCreatedBy(trx, { tenantId, id }))]
  await removePrivateViews(trx, tenantId, ended)
  return ended
}

/** Where the secret of the tenant's admin token comes from. */
export type AdminTokenSource = 'setting' | 'file'

/** Serializes the creation of admin tokens by processes that start at the same time. */
export const lockAdminTokens = (trx: Transaction) =>
  trx.raw(`SELECT pg_advisory_xact_lock(hashtext('tailrace.made_token'))`)

export const adminToken = (db: Db, tenantId: string, source: AdminTokenSource) =>
  firstRow(
    db,
    z.object({ id: z.string(), secret_hash: z.string(), revoked_at: z.date().nullable() }),
    'SELECT id, secret_hash, revoked_at FROM api_tokens WHERE tenant_id = :tenantId AND made_from = :source',
    { tenantId, source },
  )

/**
 * Sets the secret of the tenant's admin token. If another token already has this secret, that one gets the role admin:
 * people copy DATA_DIR/admin-token into TAILRACE_ADMIN_TOKEN.
 * @returns the token and sessions that ended with the previous secret
 */
export async function putAdminToken(
  trx: Transaction,
  token: { id: string; tenantId: string; source: AdminTokenSource; name: string; hash: string; createdBy: Actor },
): Promise<string[]> {
  const known = await firstRow(
    trx,
    idRow,
    `UPDATE api_tokens SET revoked_at = NULL, role = 'admin'
     WHERE secret_hash = :hash AND tenant_id = :tenantId RETURNING id`,
    { hash: token.hash, tenantId: token.tenantId },
  )
  if (known) return []
  const previous = await adminToken(trx, token.tenantId, token.source)
  await trx.raw(
    `INSERT INTO api_tokens (id, tenant_id, name, role, secret_hash, made_from, created_by)
     VALUES (:id, :tenantId, :name, 'admin', :hash, :source, :createdBy)
     ON CONFLICT (tenant_id, made_from) WHERE made_from IS NOT NULL
     DO UPDATE SET secret_hash = excluded.secret_hash, revoked_at = NULL`,
    { ...token, createdBy: JSON.stringify(token.createdBy) },
  )
  return previous ? [previous.id, ...(await removeSessionsOfTokens(trx, [previous.id]))] : []
}
