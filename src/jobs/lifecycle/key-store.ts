import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'

export interface KeyClaim {
  tenantId: string
  key: string
  bodyHash: string
  jobId: string
}

const keyRow = z.object({ tenant_id: z.string(), key: z.string(), body_hash: z.string(), job_id: z.string() })

/**
 * Claims idempotency keys for new jobs. A key is free again 24 hours after it was claimed.
 * @returns the job that holds each key now, in the given order: the new one, or an earlier one
 */
export async function claimKeys(
  trx: Transaction,
  claims: readonly KeyClaim[],
): Promise<{ bodyHash: string; jobId: string }[]> {
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
    `SELECT k.tenant_id, k.key, k.body_hash, k.job_id FROM job_keys k
     JOIN unnest(?::uuid[], ?::text[]) AS c(tenant_id, key) USING (tenant_id, key)`,
    [tenants, keys],
  )
  const holders = new Map(held.map(row => [`${row.tenant_id}/${row.key}`, row]))
  return claims.map(claim => {
    const holder = holders.get(`${claim.tenantId}/${claim.key}`)
    return holder
      ? { bodyHash: holder.body_hash, jobId: holder.job_id }
      : { bodyHash: claim.bodyHash, jobId: claim.jobId }
  })
}

export async function reassignKey(trx: Transaction, { tenantId, key, jobId }: Omit<KeyClaim, 'bodyHash'>) {
  await trx.raw('UPDATE job_keys SET job_id = ? WHERE tenant_id = ? AND key = ?', [jobId, tenantId, key])
}
