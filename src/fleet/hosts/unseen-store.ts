import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'

const row = z.object({
  tenant_id: z.string(),
  id: z.string(),
  host_identifier: z.string(),
  hostname: z.string(),
  platform: z.string(),
  last_seen_at: z.date(),
})

/** Per tenant. */
const HOSTS_MAX = 1_000

/** Hosts that were last seen longer ago than their tenant allows, those that have been away longest first. */
export const readUnseen = (db: Db, limits: readonly { tenantId: string; seconds: number }[]) =>
  manyRows(
    db,
    row,
    `SELECT h.tenant_id, h.id, h.host_identifier, h.hostname, h.platform, h.last_seen_at
     FROM unnest(:tenants::uuid[], :seconds::integer[]) AS l (tenant_id, seconds)
     CROSS JOIN LATERAL (
       SELECT * FROM hosts WHERE tenant_id = l.tenant_id AND status <> 'online'
         AND last_seen_at < now() - l.seconds * interval '1 s'
       ORDER BY last_seen_at LIMIT :limit) AS h`,
    {
      tenants: limits.map(({ tenantId }) => tenantId),
      seconds: limits.map(({ seconds }) => seconds),
      limit: HOSTS_MAX,
    },
  )
