import { counted, formatCount } from '../../../text/numbers'
import { formatPreciseClock } from '../../../text/times'
import { stripAnsi } from './ansi'
import type { LineStore } from './line-store'
import { visiblePieces } from './visible'

/** About 300 pages; longer logs should be downloaded. */
const PRINTED_MAX = 20_000

/** The loaded lines as plain text, at most the last 20,000. What is left out is said. */
export function printedText(store: LineStore): string {
  const first = Math.max(0, store.rowCount - PRINTED_MAX)
  const text: string[] = []
  if (first > 0) text.push(`Only the last ${formatCount(PRINTED_MAX)} lines are printed.`)
  for (let at = first; at < store.rowCount; at++) {
    const row = store.row(at)
    if (row?.kind === 'gap') text.push(`… ${counted(row.to - row.from + 1, 'line')} not loaded …`)
    if (row?.kind !== 'line') continue
    const message = visiblePieces(stripAnsi(row.message))
      .map(piece => piece.text)
      .join('')
    text.push([row.line, formatPreciseClock(row.time), row.level, row.step, message].filter(Boolean).join('  '))
  }
  return text.join('\n')
}
