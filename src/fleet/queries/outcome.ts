import { newId } from '../../base/ids'
import type { Answer, Row } from '../agent'
import { joinColumns } from './columns'
import type { Outcome } from './query'

/** What of the rows goes out to who watches; all of them are read from the database. */
export const PREVIEW_BYTES_MAX = 32 * 1024
/** Characters of what an agent says of a failure: it goes out whole to everybody who watches. */
const ERROR_MAX = 4_096
/** What osqueryd says (since 5.5) of a query during which its worker was killed, for a day. */
const DENYLISTED = /denylisted/i

/** What an answer comes to. */
export function outcomeOf({ rows, failed, message, stats, truncated }: Answer): Outcome {
  const nothing = { answerId: null, rowCount: 0, columns: [], preview: [], truncated: false, stats }
  if (failed) {
    const error = message.slice(0, ERROR_MAX).toWellFormed() || 'The agent reported a failure without a reason.'
    return { ...nothing, state: DENYLISTED.test(error) ? 'denylisted' : 'failed', error }
  }
  if (!rows.length) return { ...nothing, state: 'no_rows', truncated, error: null }
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

/** As many rows as go into a frame. */
export function firstOf(rows: readonly Row[]): Row[] {
  let bytes = 0
  const end = rows.findIndex(row => {
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1
    return bytes > PREVIEW_BYTES_MAX
  })
  return end === -1 ? [...rows] : rows.slice(0, end)
}
