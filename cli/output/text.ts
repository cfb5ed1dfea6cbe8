const SGR = /\x1b\[[0-9;:]*m/g
// A whole sequence goes, not only its first byte: CSI, OSC and the like (ECMA-48), then any other control character.
const SEQUENCE = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f]/g
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u
const graphemes = new Intl.Segmenter()

/**
 * Text of others, made harmless for a terminal: what moves the cursor, sets titles or the clipboard is taken out.
 * @param keepsBreaks line breaks stay
 */
export function clean(text: string, keepsBreaks = false): string {
  const flat = text.replace(SEQUENCE, '').replaceAll('\r\n', '\n')
  return (keepsBreaks ? flat : flat.replaceAll(/[\n\t]/g, ' ')).replace(CONTROL, '\ufffd')
}

/** Like `clean` with breaks, but colours stay; they end with the text. */
export function cleanColoured(text: string): string {
  const colours = text.match(SGR)
  if (!colours) return clean(text, true)
  const parts = text.split(SGR).map(part => clean(part, true))
  return `${parts.map((part, at) => part + (colours[at] ?? '')).join('')}\x1b[0m`
}

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

/** JSON on one line; a terminal may act on C1 control characters, which JSON leaves as they are. */
export const jsonLine = (value: unknown) =>
  `${JSON.stringify(value).replace(/[\x7f-\x9f]/g, each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
