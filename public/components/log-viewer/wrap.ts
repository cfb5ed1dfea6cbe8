import { plainOf } from './ansi'
import { visiblePieces } from './visible'

/** Drawn of one message; the rest is in the line's details. A row of megabytes would stop the page. */
export const DRAWN_CHARS = 2_000
/** What stands behind a message that has more: the button to it. */
const BUTTON_COLUMNS = 14
const TAB_COLUMNS = 4
const PLAIN = /^[\x20-\x7e]*$/
/** Characters that take two columns in a monospaced font: East Asian wide and fullwidth ones, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/gu

/**
 * How many lines of text a message takes when it is broken at a column, so that rows that are not drawn have a height, too.
 * Rather one too many: a row keeps the height that is told here.
 */
export function wrappedLines(message: string, columns: number, hasButton: boolean): number {
  const width = columnsOf(plainOf(message.slice(0, DRAWN_CHARS))) + (hasButton ? BUTTON_COLUMNS : 0)
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
