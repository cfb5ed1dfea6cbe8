import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, oneRow } from '../../base/rows'

/** How often what concerns a tenant's alerts has changed. */
export interface Heads {
  /** Of alerts. */
  version: number
  /** Of silences and maintenance windows. */
  muteVersion: number
  /** Of routes, inhibition rules and receivers. */
  routingVersion: number
}

const headsRow = z.object({ version: z.number(), mute_version: z.number(), routing_version: z.number() })

export async function readHeads(db: Db | Transaction, tenantId: string): Promise<Heads> {
  const row = await firstRow(
    db,
    headsRow,
    'SELECT version, mute_version, routing_version FROM alert_heads WHERE tenant_id = ?',
    [tenantId],
  )
  return {
    version: row?.version ?? 0,
    muteVersion: row?.mute_version ?? 0,
    routingVersion: row?.routing_version ?? 0,
  }
}

/**
 * Counts a change. Locks the tenant's row until the transaction ends, so that versions become visible in their order.
 * @returns the new version
 */
export async function bumpHead(
  trx: Transaction,
  tenantId: string,
  head: 'version' | 'mute_version' | 'routing_version',
): Promise<number> {
  const row = await oneRow(
    trx,
    z.object({ value: z.number() }),
    `INSERT INTO alert_heads AS heads (tenant_id, ${head}) VALUES (:tenantId, 1)
     ON CONFLICT (tenant_id) DO UPDATE SET ${head} = heads.${head} + 1 RETURNING ${head} AS value`,
    { tenantId },
  )
  return row.value
}
