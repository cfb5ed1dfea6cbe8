import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import { monitorStatus } from '../../contract/monitors'
import { MONITOR, monitorRow } from '../monitors/monitor-store'

const loadedRow = monitorRow.extend({
  status: monitorStatus,
  due_at: z.date().nullable(),
  checked_at: z.date().nullable(),
})
/** A monitor as it is scheduled. */
export type LoadedMonitor = z.output<typeof loadedRow>

const LOADED = `SELECT ${MONITOR}, s.status, s.due_at, s.checked_at
  FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id`

/** Enabled monitors of these shards. */
export const loadShards = (db: Db, shards: readonly number[]) =>
  manyRows(db, loadedRow, `${LOADED} WHERE m.shard = ANY(?::smallint[]) AND m.enabled`, [shards])

export const loadMonitors = (db: Db, ids: readonly string[]) =>
  manyRows(db, loadedRow, `${LOADED} WHERE m.id = ANY(?::uuid[]) AND m.enabled`, [ids])

export const loadMonitor = (db: Db | Transaction, tenantId: string, id: string) =>
  firstRow(db, loadedRow, `${LOADED} WHERE m.tenant_id = ? AND m.id = ?`, [tenantId, id])
