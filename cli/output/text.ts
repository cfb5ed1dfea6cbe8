import { escapeHidden } from '../../text/display'

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u
const graphemes = new Intl.Segmenter()

/** Columns on a terminal. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

/** At most `width` columns, with an ellipsis where something is cut off. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let room = width - 1
  let kept = ''
  for (const { segment } of graphemes.segment(text)) {
    room -= widthOf(segment)
    if (room < 0) break
    kept += segment
  }
  return width > 0 ? `${kept}…` : ''
}

/** JSON on one line, on which a terminal does not act. */
export const jsonLine = (value: unknown) => `${escapeHidden(JSON.stringify(value))}\n`
