import { type Db, rows, type Transaction } from '../../base/db'
import { COLUMNS, type HostRow } from './host-list-store'

export interface HostWithDetails extends HostRow {
  details: Record<string, Record<string, string>>
  vitals: Record<string, Record<string, string>[]>
}

export async function findHost(db: Db, tenantId: string, id: string): Promise<HostWithDetails | undefined> {
  const [found] = await rows<HostWithDetails>(
    db,
    `SELECT ${COLUMNS}, coalesce(d.details, '{}') AS details, coalesce(d.vitals, '{}') AS vitals
     FROM hosts h LEFT JOIN host_details d ON d.host_id = h.id WHERE h.tenant_id = ? AND h.id = ?`,
    [tenantId, id],
  )
  return found
}

/** @returns whether the host is there */
export async function wantRefresh(trx: Transaction, tenantId: string, id: string): Promise<boolean> {
  const found = await rows(
    trx,
    'UPDATE hosts SET refresh_wanted_at = now() WHERE tenant_id = ? AND id = ? RETURNING id',
    [tenantId, id],
  )
  return found.length > 0
}

export interface DeletedHost {
  host_identifier: string
  hostname: string
  platform: string
}

/** What the host has answered so far stays. */
export async function deleteHost(trx: Transaction, tenantId: string, id: string): Promise<DeletedHost | undefined> {
  const [gone] = await rows<DeletedHost>(
    trx,
    'DELETE FROM hosts WHERE tenant_id = ? AND id = ? RETURNING host_identifier, hostname, platform',
    [tenantId, id],
  )
  return gone
}
