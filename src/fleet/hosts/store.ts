import { type Db, rows } from '../../base/db'

/** Which of these hosts are there. */
export async function existingHosts(
  db: Db,
  hosts: readonly { tenantId: string; id: string }[],
): Promise<ReadonlySet<string>> {
  if (!hosts.length) return new Set()
  const found = await rows<{ id: string }>(
    db,
    'SELECT id FROM hosts WHERE (tenant_id, id) IN (SELECT * FROM unnest(:tenantIds::uuid[], :ids::uuid[]))',
    { tenantIds: hosts.map(({ tenantId }) => tenantId), ids: hosts.map(({ id }) => id) },
  )
  return new Set(found.map(({ id }) => id))
}
