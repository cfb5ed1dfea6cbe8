import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'

export interface KeyClaim {
  tenantId: string
  key: string
  bodyHash: string
  jobId: string
}

const keyRow = z.object({
  tenant_id: z.string(),
  key: z.string(),
  body_hash: z.string(),
  job_id: z.string(),
  job_ids: z.array(z.string()).nullable(),
})

/** Whom a key belongs to. */
export interface KeyHolder {
  bodyHash: string
  /** The first job of its request. */
  jobId: string
  /** All of them, if it asked for several. */
  jobIds: readonly string[] | null
}

/**
 * Claims idempotency keys for new jobs. A key is free again 24 hours after it was claimed.
 * @returns who holds each key now, in the given order: the new job, or an earlier one
 */
export async function claimKeys(trx: Transaction, claims: readonly KeyClaim[]): Promise<KeyHolder[]> {
  const tenants = claims.map(claim => claim.tenantId)
  const keys = claims.map(claim => claim.key)
  await trx.raw(
    `DELETE FROM job_keys k USING unnest(?::uuid[], ?::text[]) AS c(tenant_id, key)
     WHERE k.tenant_id = c.tenant_id AND k.key = c.key AND k.created_at < now() - interval '24 hours'`,
    [tenants, keys],
  )
  await trx.raw(
    `INSERT INTO job_keys (tenant_id, key, body_hash, job_id)
     SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[], ?::uuid[]) AS c(tenant_id, key, body_hash, job_id)
     ORDER BY tenant_id, key
     ON CONFLICT DO NOTHING`,
    [tenants, keys, claims.map(claim => claim.bodyHash), claims.map(claim => claim.jobId)],
  )
  const held = await manyRows(
    trx,
    keyRow,
    `SELECT k.tenant_id, k.key, k.body_hash, k.job_id, k.job_ids FROM job_keys k
     JOIN unnest(?::uuid[], ?::text[]) AS c(tenant_id, key) USING (tenant_id, key)`,
    [tenants, keys],
  )
  const holders = new Map(held.map(row => [`${row.tenant_id}/${row.key}`, row]))
  return claims.map(claim => {
    const holder = holders.get(`${claim.tenantId}/${claim.key}`)
    return holder
      ? { bodyHash: holder.body_hash, jobId: holder.job_id, jobIds: holder.job_ids }
      : { bodyHash: claim.bodyHash, jobId: claim.jobId, jobIds: null }
  })
}

/** Stores which jobs a key stands for, where they are others than the one that claimed it. */
export async function storeKeyJobs(
  trx: Transaction,
  { tenantId, key, jobIds }: { tenantId: string; key: string; jobIds: readonly string[] },
): Promise<void> {
  await trx.raw('UPDATE job_keys SET job_id = ?, job_ids = ? WHERE tenant_id = ? AND key = ?', [
    jobIds[0] ?? null,
    jobIds as string[],
    tenantId,
    key,
  ])
}
