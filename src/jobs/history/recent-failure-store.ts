import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'

/** From which number of failed jobs of a kind, in which time, a tenant wants to know. */
export interface FailureLimit {
  tenantId: string
  threshold: number
  windowSeconds: number
}

const row = z.object({
  tenant_id: z.string(),
  kind: z.string(),
  count: z.number(),
  last_id: z.string(),
  last_message: z.string().nullable(),
})
export type FailedKind = z.output<typeof row>

/** The kinds of which so many jobs failed, with the latest of them. Cancelled jobs and failed attempts do not count. */
export const readFailedKinds = (db: Db, limits: readonly FailureLimit[]): Promise<FailedKind[]> =>
  manyRows(
    db,
    row,
    `SELECT j.tenant_id, j.kind, count(*)::integer AS count,
       (array_agg(j.id::text ORDER BY j.ended_at DESC))[1] AS last_id,
       (array_agg(j.error::jsonb ->> 'message' ORDER BY j.ended_at DESC))[1] AS last_message
     FROM unnest(:tenants::uuid[], :thresholds::integer[], :windows::integer[]) AS l (tenant_id, threshold, seconds)
     JOIN jobs j ON j.tenant_id = l.tenant_id AND j.status = 'failed'
       AND j.ended_at > now() - l.seconds * interval '1 s'
     GROUP BY j.tenant_id, j.kind, l.threshold HAVING count(*) >= l.threshold`,
    {
      tenants: limits.map(({ tenantId }) => tenantId),
      thresholds: limits.map(({ threshold }) => threshold),
      windows: limits.map(({ windowSeconds }) => windowSeconds),
    },
  )
