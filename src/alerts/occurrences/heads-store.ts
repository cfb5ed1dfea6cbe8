import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, oneRow } from '../../base/rows'

/** How often a tenant's alerts, their mutes and their routing have changed. */
export interface Heads {
  version: number
  muteVersion: number
  routingVersion: number
}
type Counter = 'version' | 'mute_version' | 'routing_version'

const headsRow = z.object({ version: z.number(), mute_version: z.number(), routing_version: z.number() })
const versionRow = z.object({ version: z.number() })

/** The heads of a tenant; all 0 before the first change. */
export async function readHeads(db: Db, tenantId: string): Promise<Heads> {
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

/** Counts a change and locks the head until the end of the transaction. @returns the new version */
export async function bumpHead(trx: Transaction, tenantId: string, counter: Counter): Promise<number> {
  const row = await oneRow(
    trx,
    versionRow,
    `INSERT INTO alert_heads AS h (tenant_id, ??) VALUES (?, 1)
     ON CONFLICT (tenant_id) DO UPDATE SET ?? = h.?? + 1 RETURNING ?? AS version`,
    [counter, tenantId, counter, counter, counter],
  )
  return row.version
}

/** Locks the head of a tenant, so that no other process changes its alerts. @returns their version */
export async function lockHead(trx: Transaction, tenantId: string): Promise<number> {
  const row = await firstRow(trx, versionRow, 'SELECT version FROM alert_heads WHERE tenant_id = ? FOR UPDATE', [
    tenantId,
  ])
  if (row) return row.version
  await trx.raw('INSERT INTO alert_heads (tenant_id) VALUES (?) ON CONFLICT DO NOTHING', [tenantId])
  return lockHead(trx, tenantId)
}
