import stringWidth from 'string-width'
import { escapeHidden } from '../../text/display'

const graphemes = new Intl.Segmenter()

/** Columns on a terminal (UAX 11). Escape sequences count: `clean` has removed those of others. */
export const widthOf = (text: string): number => stringWidth(text, { countAnsiEscapeCodes: true })

/** At most `width` columns, with an ellipsis where something is cut off. */
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

/** JSON on one line, on which a terminal does not act. */
export const jsonLine = (value: unknown) => `${escapeHidden(JSON.stringify(value))}\n`
