import { type Db, rows } from '../../base/db'

/** A label whose members a query decides. */
export interface DynamicLabel {
  id: string
  tenantId: string
  sql: string
  platforms: string[]
  /** Changes with the query; so an answer tells which one it is to. */
  revision: number
  revisedAt: Date
}

interface Stored {
  id: string
  tenant_id: string
  sql: string
  platforms: string[]
  revision: number
  revised_at: Date
}

export async function dynamicLabels(db: Db, tenantIds: string[]): Promise<DynamicLabel[]> {
  const found = await rows<Stored>(
    db,
    `SELECT id, tenant_id, sql, platforms, revision, revised_at FROM labels
     WHERE tenant_id = ANY(?::uuid[]) AND sql IS NOT NULL ORDER BY id`,
    [tenantIds],
  )
  return found.map(({ tenant_id: tenantId, revised_at: revisedAt, ...rest }) => ({ ...rest, tenantId, revisedAt }))
}
