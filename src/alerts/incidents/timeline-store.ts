import { plainArray } from '../../base/array-literal'
import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { actor } from '../../contract/access'
import type { TimelineEntry } from '../../contract/incidents'
import { TIMELINE_KINDS } from '../../contract/values'

const timelineRow = z.object({
  id: z.string(),
  at: z.date(),
  kind: z.enum(TIMELINE_KINDS),
  actor: actor.nullable(),
  reason: z.string().nullable(),
  text: z.string().nullable(),
  count: z.number().nullable(),
  fingerprints: z.array(z.string()),
  by: z.array(z.string()),
  notification_id: z.string().nullable(),
})
const COLUMNS = Object.keys(timelineRow.shape).join(', ')

/** What is added to stored incidents. */
export interface Additions {
  timeline: readonly { incidentId: string; entry: TimelineEntry }[]
  /** Occurrences that an incident is about. */
  alerts?: readonly { incidentId: string; alertId: string }[]
}

/** Adds entries to the timelines of incidents, and what they are about. */
export async function addToIncidents(trx: Transaction, { timeline, alerts = [] }: Additions): Promise<void> {
  if (!timeline.length && !alerts.length) return
  const rows = timeline.map(({ incidentId, entry }) => ({ ...entry, incident_id: incidentId }))
  await trx.raw(
    `WITH pairs AS (
       INSERT INTO incident_alerts (incident_id, alert_id) SELECT * FROM unnest(?::uuid[], ?::uuid[]) ON CONFLICT DO NOTHING)
     INSERT INTO incident_timeline (incident_id, ${COLUMNS})
     SELECT incident_id, ${COLUMNS} FROM json_to_recordset(?::json) AS r(incident_id uuid, id uuid, at timestamptz,
       kind text, actor jsonb, reason text, text text, count integer, fingerprints text[], by text[], notification_id uuid)`,
    [
      plainArray(alerts.map(({ incidentId }) => incidentId)),
      plainArray(alerts.map(({ alertId }) => alertId)),
      JSON.stringify(rows),
    ],
  )
}

/** A page of the timeline of an incident, the newest entry first. */
export const timelineOf = (
  db: Db,
  { tenantId, incidentId, before, limit }: { tenantId: string; incidentId: string; before?: string; limit: number },
) =>
  manyRows(
    db,
    timelineRow,
    `SELECT ${COLUMNS} FROM incident_timeline
     WHERE incident_id = (SELECT id FROM incidents WHERE tenant_id = :tenantId AND id = :incidentId)
       AND (:before::uuid IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit`,
    { tenantId, incidentId, before: before ?? null, limit },
  )
