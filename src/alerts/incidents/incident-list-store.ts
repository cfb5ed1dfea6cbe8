import { type Db, likePattern } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows, storedJson } from '../../base/rows'
import { alertSource, type Occurrence, type Severity } from '../../contract/alerts'
import type { IncidentStatus } from '../../contract/incidents'
import { labelSet } from '../../contract/matchers'
import { RESOLVED_BY } from '../../contract/values'
import { INCIDENT_COLUMNS, incidentRow, readIncident } from './incident-store'

const listedRow = incidentRow.extend({ assignee_name: z.string().nullable(), next_flush_at: z.date().nullable() })
export type ListedIncident = ReturnType<typeof readListed>

const readListed = ({ assignee_name, next_flush_at, ...row }: z.output<typeof listedRow>) => ({
  ...readIncident(row),
  assignee_name,
  next_flush_at,
})

const LISTED = `${INCIDENT_COLUMNS.map(name => `i.${name}`).join(', ')}, u.name AS assignee_name, g.next_flush_at
  FROM incidents i LEFT JOIN users u ON u.tenant_id = i.tenant_id AND u.id = i.assignee_id
  LEFT JOIN alert_groups g ON g.id = i.group_id AND i.resolved_at IS NULL`

export async function findIncident(db: Db, tenantId: string, id: string): Promise<ListedIncident | undefined> {
  const row = await firstRow(db, listedRow, `SELECT ${LISTED} WHERE i.tenant_id = ? AND i.id = ?`, [tenantId, id])
  return row && readListed(row)
}

export interface IncidentFilter {
  status?: readonly IncidentStatus[] | undefined
  severity?: readonly Severity[] | undefined
  /** In title and labels, or `#number`. */
  q?: string | undefined
}

/** A page of the incidents of a tenant, the newest first. Unless resolved ones are asked for, an index has them all. */
export async function listIncidents(
  db: Db,
  tenantId: string,
  { status, severity, q }: IncidentFilter,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<ListedIncident[]> {
  const number = /^#(\d{1,9})$/.exec(q?.trim() ?? '')?.[1]
  const isText = q !== undefined && number === undefined
  const conditions = [
    'i.tenant_id = :tenantId',
    ...(before ? ['i.id < :before'] : []),
    ...(status ? ['i.status = ANY(:status::text[])'] : []),
    ...(status && !status.includes('resolved') ? [`i.status <> 'resolved'`] : []),
    ...(severity ? ['i.severity = ANY(:severity::text[])'] : []),
    ...(number ? ['i.number = :number'] : []),
    ...(isText ? ['(i.title ILIKE :like OR i.common_labels ILIKE :encoded OR i.group_labels ILIKE :encoded)'] : []),
  ]
  const rows = await manyRows(
    db,
    listedRow,
    `SELECT ${LISTED} WHERE ${conditions.join(' AND ')} ORDER BY i.id DESC LIMIT :limit`,
    {
      ...{ tenantId, limit },
      ...(before && { before }),
      ...(status && { status: [...status] }),
      ...(severity && { severity: [...severity] }),
      ...(number && { number: Number(number) }),
      ...(isText && { like: likePattern(q), encoded: likePattern(JSON.stringify(q).slice(1, -1)) }),
    },
  )
  return rows.map(readListed)
}

const occurrenceRow = z.object({
  id: z.string(),
  fingerprint: z.string(),
  source: alertSource,
  labels: z.string(),
  annotations: z.string(),
  generator_url: z.string().nullable(),
  starts_at: z.date(),
  ends_at: z.date().nullable(),
  resolved_at: z.date().nullable(),
  resolved_by: z.enum(RESOLVED_BY).nullable(),
})
const OCCURRENCE = Object.keys(occurrenceRow.shape)
  .map(name => `a.${name}`)
  .join(', ')

/** The position of an alert in the list of an incident. */
export const alertPlace = z.object({ resolved: z.boolean(), id: z.string() })
export type AlertPlace = z.output<typeof alertPlace>
export const placeOf = ({ id, resolved_at }: Occurrence): AlertPlace => ({ resolved: resolved_at !== null, id })

/** A page of the alerts of an incident: firing ones first, of each the newest first. */
export async function alertsOf(
  db: Db,
  { tenantId, incidentId, after, limit }: { tenantId: string; incidentId: string; after?: AlertPlace; limit: number },
): Promise<Occurrence[]> {
  const place = after
    ? 'AND ((a.resolved_at IS NOT NULL) > :resolved OR ((a.resolved_at IS NOT NULL) = :resolved AND a.id < :id))'
    : ''
  const rows = await manyRows(
    db,
    occurrenceRow,
    `SELECT ${OCCURRENCE} FROM incidents i JOIN incident_alerts ia ON ia.incident_id = i.id
       JOIN alerts a ON a.id = ia.alert_id AND a.tenant_id = i.tenant_id
     WHERE i.tenant_id = :tenantId AND i.id = :incidentId ${place}
     ORDER BY a.resolved_at IS NOT NULL, a.id DESC LIMIT :limit`,
    { tenantId, incidentId, limit, ...after },
  )
  return rows.map(row => ({
    ...row,
    labels: storedJson(labelSet, row.labels),
    annotations: storedJson(labelSet, row.annotations),
    starts_at: row.starts_at.toISOString(),
    ends_at: row.ends_at?.toISOString() ?? null,
    resolved_at: row.resolved_at?.toISOString() ?? null,
  }))
}
