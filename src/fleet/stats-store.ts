import { type Db, rows } from '../base/db'

interface Count {
  tenant_id: string
  count: number
}

/** Hosts of all tenants by status. */
export const countHostsOfAll = (db: Db) =>
  rows<Count & { status: string }>(
    db,
    'SELECT tenant_id, status, count(*)::integer AS count FROM hosts GROUP BY tenant_id, status',
  )

/** Queries of all tenants that have not ended. */
export const countOpenQueries = (db: Db) =>
  rows<Count>(db, 'SELECT tenant_id, count(*)::integer AS count FROM queries WHERE ended_at IS NULL GROUP BY tenant_id')
