import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { MutesNow } from '../muting'

/** In which ways an alert is muted, as a bit set. */
export const SILENCED = 1
export const INHIBITED = 2
export const MAINTENANCE = 4

export const flagsOf = ({ silencedBy, inhibitedBy, maintenance }: MutesNow) =>
  (silencedBy.length ? SILENCED : 0) | (inhibitedBy.length ? INHIBITED : 0) | (maintenance.length ? MAINTENANCE : 0)

const mutedRow = z.object({ alert_id: z.string(), silenced: z.boolean(), inhibited: z.boolean(), under: z.boolean() })

/** How alerts were muted when that last became an event. */
export async function storedMutes(trx: Transaction, tenantId: string): Promise<Map<string, number>> {
  const rows = await manyRows(
    trx,
    mutedRow,
    `SELECT alert_id, silenced_by <> '{}' AS silenced, inhibited_by <> '{}' AS inhibited, maintenance <> '{}' AS under
     FROM alert_mutes WHERE tenant_id = ?`,
    [tenantId],
  )
  const flags = (row: z.output<typeof mutedRow>) =>
    (row.silenced ? SILENCED : 0) | (row.inhibited ? INHIBITED : 0) | (row.under ? MAINTENANCE : 0)
  return new Map(rows.map(row => [row.alert_id, flags(row)]))
}

export async function storeMutes(
  trx: Transaction,
  tenantId: string,
  muted: ReadonlyMap<string, MutesNow>,
  since: Date,
): Promise<void> {
  if (!muted.size) return
  const rows = [...muted].map(([id, { silencedBy, inhibitedBy, maintenance }]) => ({
    ...{ alert_id: id, silenced_by: silencedBy, inhibited_by: inhibitedBy, maintenance },
  }))
  await trx.raw(
    `INSERT INTO alert_mutes (alert_id, tenant_id, silenced_by, inhibited_by, maintenance, since)
     SELECT alert_id, :tenantId, silenced_by, inhibited_by, maintenance, :since FROM json_to_recordset(:rows::json)
       AS r(alert_id uuid, silenced_by text[], inhibited_by text[], maintenance text[])
     ON CONFLICT (alert_id) DO UPDATE SET silenced_by = excluded.silenced_by, inhibited_by = excluded.inhibited_by,
       maintenance = excluded.maintenance`,
    { tenantId, since, rows: JSON.stringify(rows) },
  )
}

export async function deleteMutes(trx: Transaction, tenantId: string, ids: readonly string[]): Promise<void> {
  if (ids.length)
    await trx.raw('DELETE FROM alert_mutes WHERE tenant_id = ? AND alert_id = ANY(?::uuid[])', [tenantId, [...ids]])
}
