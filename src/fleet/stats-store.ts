import type { Db } from '../base/db'
import { z } from '../base/parse'
import { manyRows } from '../base/rows'
import { hostStatus } from '../contract/hosts'

const count = z.object({ tenant_id: z.string(), count: z.number() })

/** Hosts by tenant and status. */
export const countHostsByTenant = (db: Db) =>
  manyRows(
    db,
    count.extend({ status: hostStatus }),
    'SELECT tenant_id, status, count(*)::integer AS count FROM hosts GROUP BY tenant_id, status',
  )

/** Running queries by tenant. */
export const countRunningQueries = (db: Db) =>
  manyRows(
    db,
    count,
    'SELECT tenant_id, count(*)::integer AS count FROM queries WHERE ended_at IS NULL GROUP BY tenant_id',
  )
