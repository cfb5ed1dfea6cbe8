import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, oneRow } from '../../base/rows'
import { type AlertRouting, alertRouting } from '../../contract/alert-routes'

const routingRow = z.object({ config: alertRouting, version: z.number(), updated_at: z.date(), updated_by: z.string() })
export type RoutingRow = z.output<typeof routingRow>

const COLUMNS = 'config, version, updated_at, updated_by'

/** @returns nothing if the tenant has the default */
export const findRouting = (db: Db | Transaction, tenantId: string) =>
  firstRow(db, routingRow, `SELECT ${COLUMNS} FROM alert_routing WHERE tenant_id = ?`, [tenantId])

/** Stores a new version. The caller holds the tenant's lock, see `lockRouting`. */
export const putRouting = (
  trx: Transaction,
  { tenantId, config, updatedBy }: { tenantId: string; config: AlertRouting; updatedBy: string },
): Promise<RoutingRow> =>
  oneRow(
    trx,
    routingRow,
    `INSERT INTO alert_routing AS routing (tenant_id, config, version, updated_at, updated_by)
     VALUES (:tenantId, :config, 1, now(), :updatedBy)
     ON CONFLICT (tenant_id) DO UPDATE SET config = excluded.config, version = routing.version + 1,
       updated_at = excluded.updated_at, updated_by = excluded.updated_by
     RETURNING ${COLUMNS}`,
    { tenantId, config: JSON.stringify(config), updatedBy },
  )
