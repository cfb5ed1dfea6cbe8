import stringWidth from 'string-width'
import { escapeHidden } from '../../text/display'

const graphemes = new Intl.Segmenter()

/** Width in terminal columns (UAX 11). Escape sequences count, because `clean` has removed those in foreign text. */
export const widthOf = (text: string): number => stringWidth(text, { countAnsiEscapeCodes: true })

/** Truncates a text to `width` columns, with an ellipsis. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let left = width - 1
  let kept = ''
  for (const { segment } of graphemes.segment(text)) {
    left -= widthOf(segment)
    if (left < 0) break
    kept += segment
  }
  return width > 0 ? `${kept}…` : ''
}

/** JSON on one line, with control characters escaped so that a terminal does not act on them. */
export const jsonLine = (value: unknown) => `${escapeHidden(JSON.stringify(value))}\n`
