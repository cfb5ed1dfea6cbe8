import { replaceHidden } from './hidden'

/** Select Graphic Rendition: colors and weight (ECMA-48, section 8.3.117). */
const SGR = /\x1b\[[0-9;:]*m/g
/** Complete sequences, not just the escape character: CSI, OSC and the like (ECMA-48), and two-character escapes. */
const SEQUENCE = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g
/** Everything that any program treats as a line break (Unicode Standard, section 5.8). */
const BREAK = /\r\n|[\n\v\f\r\x85\u2028\u2029]/g
const REPLACEMENT = '\ufffd'

/**
 * Makes untrusted text safe to display on one line: removes escape sequences, and replaces hidden characters and those that change
 * text direction. Stored text and JSON replies keep the original.
 * @param keepsBreaks keep line breaks and tabs; every kind of line break becomes `\n`
 */
export function clean(text: string, keepsBreaks = false): string {
  const lines = text.replace(SEQUENCE, '').replace(BREAK, '\n')
  const flat = keepsBreaks ? lines : lines.replace(/[\n\t]/g, ' ')
  return replaceHidden(flat, character => (character === '\n' ? character : REPLACEMENT))
}

/** Like `clean` with line breaks, but keeps colors and resets them at the end. */
export function cleanColored(text: string): string {
  const colors = text.match(SGR)
  if (!colors) return clean(text, true)
  const parts = text.split(SGR).map(part => clean(part, true))
  return `${parts.map((part, at) => part + (colors[at] ?? '')).join('')}\x1b[0m`
}

/** Indents all lines after the first, so that none can be mistaken for a separate entry. */
export const indented = (text: string) => text.replaceAll('\n', '\n    ')

/** Escapes hidden characters in JSON, so that they can neither affect a terminal nor mislead a reader. */
export const escapeHidden = (json: string): string =>
  replaceHidden(json, character =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, at) => escapeOf(character.charCodeAt(at))).join(''),
  )

const escapeOf = (unit: number) => `\\u${unit.toString(16).padStart(4, '0')}`
