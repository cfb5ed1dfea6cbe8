import type { Actor } from '../../access'
import { type Db, rows, type Transaction } from '../../base/db'

export interface SecretRow {
  id: string
  name: string
  created_by: Actor
  created_at: Date
  last_used_at: Date | null
}

const COLUMNS = 'id, name, created_by, created_at, last_used_at'

export interface SecretOwner {
  id: string
  tenant_id: string
  hash: string
}

/** Which of these hashes are of secrets that still open. */
export const secretsByHash = (db: Db, hashes: string[]) =>
  rows<SecretOwner>(db, 'SELECT id, tenant_id, hash FROM enroll_secrets WHERE hash = ANY(?::text[])', [hashes])

/** Notes the use of secrets, at most once a minute. */
export const touchSecrets = (trx: Transaction, ids: string[]) =>
  trx.raw(
    `UPDATE enroll_secrets SET last_used_at = now() WHERE id IN (
       SELECT id FROM enroll_secrets
       WHERE id = ANY(?::uuid[]) AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
       ORDER BY id FOR UPDATE)`,
    [ids],
  )

/** Newest first. */
export const listSecrets = (
  db: Db,
  { tenantId, before, limit }: { tenantId: string; before: string | undefined; limit: number },
) =>
  rows<SecretRow>(
    db,
    `SELECT ${COLUMNS} FROM enroll_secrets
     WHERE tenant_id = :tenantId AND (:before::uuid IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit`,
    { tenantId, before: before ?? null, limit },
  )

export async function addSecret(
  db: Db,
  secret: { id: string; tenantId: string; name: string; hash: string; createdBy: Actor },
): Promise<void> {
  await db.raw(
    `INSERT INTO enroll_secrets (id, tenant_id, name, hash, created_by)
     VALUES (:id, :tenantId, :name, :hash, :createdBy)`,
    { ...secret, createdBy: JSON.stringify(secret.createdBy) },
  )
}

export async function removeSecret(db: Db, tenantId: string, id: string): Promise<boolean> {
  const gone = await rows(db, 'DELETE FROM enroll_secrets WHERE tenant_id = ? AND id = ? RETURNING id', [tenantId, id])
  return gone.length > 0
}
