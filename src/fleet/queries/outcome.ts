import { newId } from '../../base/ids'
import type { Answer, Row } from '../agent'
import type { Outcome } from './query-store'

/** Max size of the rows sent over streams; all rows are read from the database. */
export const PREVIEW_BYTES_MAX = 32 * 1024
/** Max characters of an agent's error, which is sent whole over streams. */
const ERROR_MAX = 4_096
const COLUMNS_MAX = 500
const COLUMN_CHARS_MAX = 16 * 1024
/** The error that osqueryd (since 5.5) reports for a day for a query during which its worker was killed. */
const DENYLISTED = /denylisted/i

/** Turns an answer into what is stored and sent. */
export function outcomeOf({ rows, failed, message, stats, truncated }: Answer): Outcome {
  const empty = { answerId: null, rowCount: 0, columns: [], preview: [], truncated: false, stats }
  if (failed) {
    const error = message.slice(0, ERROR_MAX).toWellFormed() || 'The agent reported a failure without a reason.'
    return { ...empty, state: DENYLISTED.test(error) ? 'denylisted' : 'failed', error }
  }
  if (!rows.length) return { ...empty, state: 'no_rows', truncated, error: null }
  return {
    state: 'completed',
    answerId: newId(),
    rowCount: rows.length,
    columns: joinColumns([], Object.keys(rows[0] ?? {})),
    preview: firstOf(rows),
    truncated,
    error: null,
    stats,
  }
}

/** The first rows, as many as fit into a frame. */
export function firstOf(rows: readonly Row[]): Row[] {
  let bytes = 0
  const end = rows.findIndex(row => {
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1
    return bytes > PREVIEW_BYTES_MAX
  })
  return end === -1 ? [...rows] : rows.slice(0, end)
}

/** Adds column names, in order, up to the limit for the status of a query. */
export function joinColumns(known: string[], more: readonly string[]): string[] {
  const fresh = more.slice(0, COLUMNS_MAX).filter(name => !known.includes(name))
  if (!fresh.length) return known
  let characters = 0
  const joined = [...known, ...fresh].slice(0, COLUMNS_MAX)
  const end = joined.findIndex(name => {
    characters += name.length
    return characters > COLUMN_CHARS_MAX
  })
  return end === -1 ? joined : joined.slice(0, end)
}
