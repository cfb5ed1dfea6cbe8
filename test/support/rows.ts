import type { Knex } from 'knex'
import type { Db } from '../../src/base/db'

/** Rows of a statement that a test runs itself. */
export async function rows<Row>(
  db: Db,
  sql: string,
  bindings: Record<string, unknown> | readonly unknown[] = [],
): Promise<Row[]> {
  const result = await db.raw<{ rows: Row[] }>(sql, bindings as Knex.RawBinding[])
  return result.rows
}
