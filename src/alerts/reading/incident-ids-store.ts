import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'

const row = z.object({ alert_id: z.string(), incident_id: z.string() })

/**
 * The open incidents that some occurrences belong to.
 * @returns ids of incidents by id of the occurrence
 */
export async function openIncidentsOf(
  db: Db,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const byAlert = new Map<string, string[]>()
  if (!ids.length) return byAlert
  const rows = await manyRows(
    db,
    row,
    `SELECT a.alert_id, a.incident_id FROM incident_alerts a JOIN incidents i ON i.id = a.incident_id
     WHERE a.alert_id = ANY(?::uuid[]) AND i.tenant_id = ? AND i.resolved_at IS NULL ORDER BY a.incident_id`,
    [ids, tenantId],
  )
  for (const { alert_id, incident_id } of rows) byAlert.set(alert_id, [...(byAlert.get(alert_id) ?? []), incident_id])
  return byAlert
}
