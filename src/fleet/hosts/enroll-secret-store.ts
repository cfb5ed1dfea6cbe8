import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import { type Actor, actor } from '../../contract/access'

const secretRow = z.object({
  id: z.string(),
  name: z.string(),
  created_by: actor,
  created_at: z.date(),
  last_used_at: z.date().nullable(),
})

const secretOwner = z.object({ id: z.string(), tenant_id: z.string(), hash: z.string() })
export type SecretOwner = z.output<typeof secretOwner>

/** The secrets with these hashes; unknown hashes are left out. */
export const secretsByHash = (db: Db, hashes: string[]) =>
  manyRows(db, secretOwner, 'SELECT id, tenant_id, hash FROM enroll_secrets WHERE hash = ANY(?::text[])', [hashes])

/** Stores when secrets were last used, to the minute. */
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
  manyRows(
    db,
    secretRow,
    `SELECT id, name, created_by, created_at, last_used_at FROM enroll_secrets
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

/** @returns whether there was such a secret */
export async function removeSecret(db: Db, tenantId: string, id: string): Promise<boolean> {
  const removed = await firstRow(
    db,
    z.object({ id: z.string() }),
    'DELETE FROM enroll_secrets WHERE tenant_id = ? AND id = ? RETURNING id',
    [tenantId, id],
  )
  return removed !== undefined
}
