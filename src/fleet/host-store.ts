import { type Db, rows } from '../base/db'
import { notFound } from '../base/errors'
import { isUuid } from '../base/ids'

export interface HostRef {
  tenantId: string
  id: string
}

/** @throws Problem 404 when the tenant has no such host */
export async function requireHost(db: Db, { tenantId, id }: HostRef): Promise<void> {
  const [found] = await rows(db, 'SELECT 1 FROM hosts WHERE tenant_id = ? AND id = ?', [tenantId, id])
  if (!found) throw notFound('host')
}

/** @returns nothing when the tenant has no such host */
export async function findPlatform(db: Db, { tenantId, id }: HostRef): Promise<string | undefined> {
  const [found] = await rows<{ platform: string }>(db, 'SELECT platform FROM hosts WHERE tenant_id = ? AND id = ?', [
    tenantId,
    id,
  ])
  return found?.platform
}

/** Which of these hosts are there. Anything may stand for an id. */
export async function knownHosts(db: Db, refs: readonly HostRef[]): Promise<Set<string>> {
  const asked = refs.filter(({ id }) => isUuid(id))
  if (asked.length === 0) return new Set()
  const found = await rows<{ id: string }>(
    db,
    `SELECT h.id FROM hosts h
     JOIN unnest(?::uuid[], ?::uuid[]) AS r(tenant_id, id) ON h.tenant_id = r.tenant_id AND h.id = r.id`,
    [asked.map(({ tenantId }) => tenantId), asked.map(({ id }) => id)],
  )
  return new Set(found.map(({ id }) => id))
}
