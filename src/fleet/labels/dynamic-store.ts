import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'

/** A label whose hosts are determined by a query. */
export interface DynamicLabel {
  id: string
  tenantId: string
  sql: string
  platforms: string[]
  /** Grows with each change of the query, so that answers can be matched to it. */
  revision: number
  revisedAt: Date
}

const dynamicLabelRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  sql: z.string(),
  platforms: z.array(z.string()),
  revision: z.number(),
  revised_at: z.date(),
})

export async function dynamicLabels(db: Db, tenantIds: string[]): Promise<DynamicLabel[]> {
  const found = await manyRows(
    db,
    dynamicLabelRow,
    `SELECT id, tenant_id, sql, platforms, revision, revised_at FROM labels
     WHERE tenant_id = ANY(?::uuid[]) AND sql IS NOT NULL ORDER BY id`,
    [tenantIds],
  )
  return found.map(({ tenant_id: tenantId, revised_at: revisedAt, ...rest }) => ({ ...rest, tenantId, revisedAt }))
}
