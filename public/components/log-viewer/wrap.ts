import { stripAnsi } from './ansi'
import { visiblePieces } from './visible'

/** Rows show this much of a message and the line details the rest: megabytes in a row would freeze the page. */
export const ROW_CHARS_MAX = 2_000
/** Width of the button after a message that has more. */
const BUTTON_COLUMNS = 14
const TAB_COLUMNS = 4
const PLAIN = /^[\x20-\x7e]*$/
/** Characters that take two columns in a monospaced font: East Asian wide and fullwidth ones, and pictographs. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/gu

/**
 * How many text rows a message takes when it wraps at a column. Computed, since rows out of view are not rendered, and
 * rounded up, since rows get exactly this height.
 */
export function wrappedLines(message: string, columns: number, hasButton: boolean): number {
  const width = columnsOf(stripAnsi(message.slice(0, ROW_CHARS_MAX))) + (hasButton ? BUTTON_COLUMNS : 0)
  return Math.max(1, Math.ceil(width / Math.max(1, columns)))
}

function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length
  let columns = 0
  for (const { text: piece } of visiblePieces(text)) {
    const tabs = piece.split('\t').length - 1
    columns += piece.length + tabs * (TAB_COLUMNS - 1) + (piece.match(WIDE)?.length ?? 0)
  }
  return columns
}
