import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { CASES_MAX } from './condition'

const row = z.object({ tenant_id: z.string(), name: z.string(), type: z.string(), last_error: z.string().nullable() })

/** Receivers that have failed for longer than their tenant allows, or that refuse for good; those failing longest first. */
export const readFailingReceivers = (db: Db, limits: readonly { tenantId: string; seconds: number }[]) =>
  manyRows(
    db,
    row,
    `SELECT r.tenant_id, r.name, r.type, r.last_error
     FROM unnest(:tenants::uuid[], :seconds::integer[]) AS l (tenant_id, seconds)
     CROSS JOIN LATERAL (
       SELECT * FROM receivers WHERE tenant_id = l.tenant_id AND enabled
         AND (is_refusing OR failing_since <= now() - l.seconds * interval '1 s')
       ORDER BY failing_since, id LIMIT :limit) AS r`,
    {
      tenants: limits.map(({ tenantId }) => tenantId),
      seconds: limits.map(({ seconds }) => seconds),
      limit: CASES_MAX + 1,
    },
  )
