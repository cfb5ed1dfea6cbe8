import type { Db } from './db'
import { z } from './parse'
import { manyRows } from './rows'

const sealedRow = z.object({ tenant_id: z.string(), id: z.string(), secrets: z.string() })
/** A row with sealed secrets. */
export type SealedRow = z.output<typeof sealedRow>

/** Rows of all tenants that have secrets, by id. */
export const listSealed = (db: Db, table: string, after: string | null, limit: number): Promise<SealedRow[]> =>
  manyRows(
    db,
    sealedRow,
    `SELECT tenant_id, id, secrets FROM :table:
     WHERE secrets IS NOT NULL AND (CAST(:after AS uuid) IS NULL OR id > :after) ORDER BY id LIMIT :limit`,
    { table, after, limit },
  )

/** Replaces the secrets of a row, unless they have changed. */
export async function replaceSealed(db: Db, table: string, row: SealedRow, by: string): Promise<void> {
  await db.raw('UPDATE :table: SET secrets = :by WHERE tenant_id = :tenant_id AND id = :id AND secrets = :secrets', {
    ...row,
    table,
    by,
  })
}
