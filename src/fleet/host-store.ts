import type { Db } from '../base/db'
import { notFound } from '../base/errors'
import { isUuid } from '../base/ids'
import { z } from '../base/parse'
import { firstRow, manyRows } from '../base/rows'

export interface HostRef {
  tenantId: string
  id: string
}

/** @throws Problem 404 if the tenant has no such host */
export async function requireHost(db: Db, host: HostRef): Promise<void> {
  if ((await findPlatform(db, host)) === undefined) throw notFound('host')
}

/** @returns undefined if the tenant has no such host */
export async function findPlatform(db: Db, { tenantId, id }: HostRef): Promise<string | undefined> {
  const found = await firstRow(
    db,
    z.object({ platform: z.string() }),
    'SELECT platform FROM hosts WHERE tenant_id = ? AND id = ?',
    [tenantId, id],
  )
  return found?.platform
}

/** The ids of those hosts that exist. Invalid ids are allowed. */
export async function knownHosts(db: Db, refs: readonly HostRef[]): Promise<Set<string>> {
  const valid = refs.filter(({ id }) => isUuid(id))
  if (valid.length === 0) return new Set()
  const found = await manyRows(
    db,
    z.object({ id: z.string() }),
    `SELECT h.id FROM hosts h
     JOIN unnest(?::uuid[], ?::uuid[]) AS r(tenant_id, id) ON h.tenant_id = r.tenant_id AND h.id = r.id`,
    [valid.map(({ tenantId }) => tenantId), valid.map(({ id }) => id)],
  )
  return new Set(found.map(({ id }) => id))
}
