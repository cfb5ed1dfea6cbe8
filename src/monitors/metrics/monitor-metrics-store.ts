import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { monitorType } from '../../contract/monitor-settings'
import { monitorStatus } from '../../contract/monitors'

const row = z.object({
  id: z.string(),
  name: z.string(),
  type: monitorType,
  status: monitorStatus,
  checked_at: z.date().nullable(),
  last_check: z.string().nullable(),
})
export type MeasuredMonitor = z.output<typeof row>

/**
 * The next monitors by name.
 * @param after the last one read
 */
export const readMeasuredMonitors = (
  db: Db,
  { tenantId, after, limit }: { tenantId: string; after: { name: string; id: string } | undefined; limit: number },
): Promise<MeasuredMonitor[]> =>
  manyRows(
    db,
    row,
    `SELECT m.id, m.name, m.type, s.status, s.checked_at, s.last_check
     FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id
     WHERE m.tenant_id = :tenantId AND (:id::uuid IS NULL OR (m.name, m.id) > (:name, :id::uuid))
     ORDER BY m.name, m.id LIMIT :limit`,
    { tenantId, id: after?.id ?? null, name: after?.name ?? '', limit },
  )
