import { plainArray } from '../../base/array-literal'
import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'

/** Looks up each alert by itself: the planner would otherwise read all alerts of the few open incidents. */
const EACH = 'OFFSET 0'

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
    `SELECT wanted.alert_id, a.incident_id FROM unnest(?::uuid[]) AS wanted(alert_id)
     CROSS JOIN LATERAL (SELECT incident_id FROM incident_alerts WHERE alert_id = wanted.alert_id ${EACH}) AS a
     JOIN incidents i ON i.id = a.incident_id
     WHERE i.tenant_id = ? AND i.resolved_at IS NULL ORDER BY a.incident_id`,
    [plainArray(ids), tenantId],
  )
  for (const { alert_id, incident_id } of rows) byAlert.set(alert_id, [...(byAlert.get(alert_id) ?? []), incident_id])
  return byAlert
}
