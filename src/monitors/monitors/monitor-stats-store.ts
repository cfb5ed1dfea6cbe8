import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { monitorStatus } from '../../contract/monitors'

const counted = z.object({ tenant_id: z.string(), status: monitorStatus, count: z.number() })

/** Monitors by tenant and status. */
export const countMonitorsByTenant = (db: Db) =>
  manyRows(
    db,
    counted,
    `SELECT m.tenant_id, CASE WHEN m.enabled THEN s.status ELSE 'paused' END AS status, count(*)::integer AS count
     FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id GROUP BY 1, 2`,
  )
