import type { Knex } from 'knex'
import { checkContract, isCheckingContracts, report } from './contract-check'
import type { Db } from './db'
import { z } from './parse'

type Bindings = Record<string, unknown> | readonly unknown[]
type Shape<Row> = z.ZodObject & z.ZodType<Row>

/**
 * Rows of a statement. In development and tests they are checked against their shape: columns, types and nullability.
 * @param shape a row as the driver returns it: a `timestamptz` is a Date, a `bigint` a number
 */
export async function manyRows<Row>(db: Db, shape: Shape<Row>, sql: string, bindings: Bindings = []): Promise<Row[]> {
  const { rows, fields } = await db.raw<{ rows: Row[]; fields: { name: string }[] }>(sql, bindings as Knex.RawBinding[])
  if (isCheckingContracts) {
    checkColumns(shape, fields, sql)
    checkRows(shape, rows, sql)
  }
  return rows
}

/** The first row, if there is one. */
export const firstRow = async <Row>(db: Db, shape: Shape<Row>, sql: string, bindings?: Bindings) =>
  (await manyRows(db, shape, sql, bindings)).at(0)

/** The row of a statement that always returns one. @throws Error if it returns none */
export async function oneRow<Row>(db: Db, shape: Shape<Row>, sql: string, bindings?: Bindings): Promise<Row> {
  const row = await firstRow(db, shape, sql, bindings)
  if (row === undefined) throw new Error(`A statement returned no row: ${sql.slice(0, 200)}`)
  return row
}

/** Rows of a query built with knex. */
export async function builtRows<Row>(shape: Shape<Row>, query: Knex.QueryBuilder): Promise<Row[]> {
  const rows: Row[] = await query
  if (isCheckingContracts) checkRows(shape, rows, query.toSQL().sql)
  return rows
}

/** A row of a statement that returns ids only. */
export const idRow = z.object({ id: z.string() })
export const idsOf = (found: readonly { id: string }[]) => found.map(({ id }) => id)

/** The row of a statement that counts. */
export const countRow = z.object({ count: z.number() })

/** The value of a text column that holds JSON, checked like rows. */
export function storedJson<Value>(schema: z.ZodType<Value>, text: string): Value {
  const value: Value = JSON.parse(text)
  if (isCheckingContracts) checkContract('Stored JSON', schema, value)
  return value
}

/** Rows checked per statement. */
const CHECKED_ROWS_MAX = 100

function checkRows(shape: Shape<unknown>, rows: readonly unknown[], sql: string): void {
  for (const row of rows.slice(0, CHECKED_ROWS_MAX)) checkContract(`A row of ${sql}`, shape, row)
}

/** Detects wrong columns even if there are no rows. */
function checkColumns(shape: Shape<unknown>, fields: readonly { name: string }[], sql: string): void {
  const found = fields.map(({ name }) => name)
  const missing = Object.keys(shape.shape).filter(name => !found.includes(name))
  const extra = found.filter(name => !(name in shape.shape))
  if (missing.length || extra.length)
    report(`A row of ${sql}`, [
      ...missing.map(name => `${name}: is missing`),
      ...extra.map(name => `${name}: is not in the shape`),
    ])
}
