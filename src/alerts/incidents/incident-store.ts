import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows, storedJson } from '../../base/rows'
import { actor } from '../../contract/access'
import { severity } from '../../contract/alerts'
import { incidentStatus } from '../../contract/incidents'
import { labelSet } from '../../contract/matchers'

const stored = z.object({
  id: z.string(),
  number: z.number(),
  group_id: z.string(),
  title: z.string(),
  status: incidentStatus,
  severity: severity.nullable(),
  receiver: z.string().nullable(),
  group_labels: z.string(),
  common_labels: z.string(),
  common_annotations: z.string(),
  links: z.string(),
  firing: z.number(),
  alerts: z.number(),
  is_flapping: z.boolean(),
  assignee_id: z.string().nullable(),
  acknowledged_by: actor.nullable(),
  acknowledged_at: z.date().nullable(),
  resolved_by: actor.nullable(),
  resolved_at: z.date().nullable(),
  opened_at: z.date(),
  updated_at: z.date(),
})
export const INCIDENT_COLUMNS = Object.keys(stored.shape)
export const incidentRow = stored

/** An incident, with its label sets read. */
export type Incident = ReturnType<typeof readIncident>

export const readIncident = (row: z.output<typeof stored>) => ({
  ...row,
  group_labels: storedJson(labelSet, row.group_labels),
  common_labels: storedJson(labelSet, row.common_labels),
  common_annotations: storedJson(labelSet, row.common_annotations),
  links: storedJson(labelSet, row.links),
})

/** Locks nothing: whoever changes incidents has locked the tenant's row of `alert_dispatch`. */
export async function incidentsById(trx: Db, tenantId: string, ids: readonly string[]): Promise<Incident[]> {
  if (!ids.length) return []
  const sql = `SELECT ${INCIDENT_COLUMNS.join(', ')} FROM incidents WHERE tenant_id = ? AND id = ANY(?::uuid[])`
  return (await manyRows(trx, stored, sql, [tenantId, ids])).map(readIncident)
}

/** Which incidents alerts belong to, whatever their status. */
export const incidentsOfAlerts = (trx: Transaction, tenantId: string, alertIds: readonly string[]) =>
  manyRows(
    trx,
    z.object({ alert_id: z.string(), incident_id: z.string(), group_id: z.string() }),
    `SELECT a.alert_id, a.incident_id, i.group_id FROM incident_alerts a
     JOIN incidents i ON i.id = a.incident_id WHERE a.alert_id = ANY(?::uuid[]) AND i.tenant_id = ?`,
    [alertIds, tenantId],
  )

const TYPES: Record<keyof z.output<typeof stored>, string> = {
  id: 'uuid',
  number: 'integer',
  group_id: 'uuid',
  title: 'text',
  status: 'text',
  severity: 'text',
  receiver: 'text',
  group_labels: 'text',
  common_labels: 'text',
  common_annotations: 'text',
  links: 'text',
  firing: 'integer',
  alerts: 'integer',
  is_flapping: 'boolean',
  assignee_id: 'uuid',
  acknowledged_by: 'jsonb',
  acknowledged_at: 'timestamptz',
  resolved_by: 'jsonb',
  resolved_at: 'timestamptz',
  opened_at: 'timestamptz',
  updated_at: 'timestamptz',
}
const NAMES = Object.keys(TYPES).join(', ')
const TYPED = Object.entries(TYPES).map(([name, type]) => `${name} ${type}`)
const FIXED = ['id', 'number', 'group_id', 'group_labels', 'opened_at']
const CHANGEABLE = INCIDENT_COLUMNS.filter(name => !FIXED.includes(name))

/** Stores incidents, new or not. A group has one open incident at most, which an index enforces. */
export async function storeIncidents(
  trx: Transaction,
  tenantId: string,
  incidents: readonly Incident[],
): Promise<void> {
  if (!incidents.length) return
  const rows = incidents.map(incident => ({
    ...incident,
    group_labels: JSON.stringify(incident.group_labels),
    common_labels: JSON.stringify(incident.common_labels),
    common_annotations: JSON.stringify(incident.common_annotations),
    links: JSON.stringify(incident.links),
  }))
  await trx.raw(
    `INSERT INTO incidents (tenant_id, ${NAMES}) SELECT ?, ${NAMES} FROM json_to_recordset(?::json) AS r(${TYPED.join(', ')})
     ON CONFLICT (id) DO UPDATE SET ${CHANGEABLE.map(name => `${name} = excluded.${name}`).join(', ')}`,
    [tenantId, JSON.stringify(rows)],
  )
}

const FINGERPRINTS_MAX = 100
const fingerprintsRow = z.object({ id: z.string(), fingerprints: z.array(z.string()) })

/** Fingerprints of the first alerts of incidents, by the id of the incident. */
export async function fingerprintsOf(
  trx: Transaction,
  tenantId: string,
  incidentIds: readonly string[],
): Promise<Map<string, string[]>> {
  if (!incidentIds.length) return new Map()
  const rows = await manyRows(
    trx,
    fingerprintsRow,
    `SELECT i.id, ARRAY(SELECT a.fingerprint FROM incident_alerts ia JOIN alerts a ON a.id = ia.alert_id
       WHERE ia.incident_id = i.id ORDER BY a.id LIMIT ${FINGERPRINTS_MAX}) AS fingerprints
     FROM incidents i WHERE i.tenant_id = ? AND i.id = ANY(?::uuid[])`,
    [tenantId, incidentIds],
  )
  return new Map(rows.map(({ id, fingerprints }) => [id, [...new Set(fingerprints)]]))
}
