import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow } from '../../base/rows'
import { monitorStatus } from '../../contract/monitors'
import { MONITOR, monitorRow } from './monitor-store'

const shownRow = monitorRow.extend({
  status: monitorStatus,
  status_since: z.date(),
  failures: z.number(),
  checked_at: z.date().nullable(),
  last_check: z.string().nullable(),
})
export type ShownRow = z.output<typeof shownRow>

export const findShown = (db: Db, tenantId: string, id: string) =>
  firstRow(
    db,
    shownRow,
    `SELECT ${MONITOR}, s.status, s.status_since, s.failures, s.checked_at, s.last_check
     FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id WHERE m.tenant_id = ? AND m.id = ?`,
    [tenantId, id],
  )
