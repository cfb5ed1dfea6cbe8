import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow } from '../../base/rows'
import { hostDetails, hostVitals } from '../../contract/hosts'
import { COLUMNS, hostRow } from './host-list-store'

export const findHost = (db: Db, tenantId: string, id: string) =>
  firstRow(
    db,
    hostRow.extend({ details: hostDetails, vitals: hostVitals }),
    `SELECT ${COLUMNS}, coalesce(d.details, '{}') AS details, coalesce(d.vitals, '{}') AS vitals
     FROM hosts h LEFT JOIN host_details d ON d.host_id = h.id WHERE h.tenant_id = ? AND h.id = ?`,
    [tenantId, id],
  )

/** @returns whether there is such a host */
export async function requestRefresh(trx: Transaction, tenantId: string, id: string): Promise<boolean> {
  const found = await firstRow(
    trx,
    z.object({ id: z.string() }),
    'UPDATE hosts SET refresh_wanted_at = now() WHERE tenant_id = ? AND id = ? RETURNING id',
    [tenantId, id],
  )
  return found !== undefined
}

/** Deletes a host but not its results. @returns undefined if there is no such host */
export const deleteHost = (trx: Transaction, tenantId: string, id: string) =>
  firstRow(
    trx,
    z.object({ host_identifier: z.string(), hostname: z.string(), platform: z.string() }),
    'DELETE FROM hosts WHERE tenant_id = ? AND id = ? RETURNING host_identifier, hostname, platform',
    [tenantId, id],
  )
