import type { Row } from '../../../src/contract/queries'

const CHARACTER_PX = 7.3
const PADDING_PX = 34
const WIDTH_MIN_PX = 72
const WIDTH_MAX_PX = 380

/** The name under which the layout of the columns of query results is remembered, whatever the query. */
export const RESULT_TABLE = 'results'

const NUMBER = /^-?\d+(\.\d+)?$/

/** Whether the sampled values of a column are numbers, apart from empty ones. */
export function isNumeric(column: string, sample: readonly Row[]): boolean {
  const values = sample.map(row => row[column] ?? '').filter(value => value !== '')
  return values.length > 0 && values.every(value => NUMBER.test(value))
}

/** Column widths that fit the names and the sampled values, within limits. */
export function widthsOf(columns: readonly string[], sample: readonly Row[]): number[] {
  return columns.map(column => {
    const most = sample.reduce((longest, row) => Math.max(longest, row[column]?.length ?? 0), column.length + 2)
    return Math.round(Math.min(WIDTH_MAX_PX, Math.max(WIDTH_MIN_PX, most * CHARACTER_PX + PADDING_PX)))
  })
}
