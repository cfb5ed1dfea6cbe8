import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows, oneRow } from '../../base/rows'
import { severity } from '../../contract/alerts'
import { incidentStatus } from '../../contract/incidents'

/** Open incidents by tenant, status and severity. */
export const countIncidents = (db: Db) =>
  manyRows(
    db,
    z.object({ tenant_id: z.string(), status: incidentStatus, severity: severity.nullable(), count: z.number() }),
    `SELECT tenant_id, status, severity, count(*)::integer AS count FROM incidents WHERE status <> 'resolved'
     GROUP BY tenant_id, status, severity`,
  )

const figuresRow = z.object({ incidents: z.number(), open: z.number(), muted: z.number() })

/** Open incidents, open alerts, and how many of those are muted, of all tenants. */
export const countOpen = (db: Db) =>
  oneRow(
    db,
    figuresRow,
    `SELECT (SELECT count(*) FROM incidents WHERE status <> 'resolved') AS incidents,
       (SELECT count(*) FROM alerts WHERE resolved_at IS NULL) AS open, (SELECT count(*) FROM alert_mutes) AS muted`,
  )
