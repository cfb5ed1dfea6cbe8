import { replaceHidden } from './hidden'

/** Select Graphic Rendition: colours and weight (ECMA-48, section 8.3.117). */
const SGR = /\x1b\[[0-9;:]*m/g
/** A whole sequence goes, not only its first byte: CSI, OSC and the like (ECMA-48), and two-character escapes. */
const SEQUENCE = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g
/** All that some program takes for the end of a line (Unicode Standard, section 5.8). */
const BREAK = /\r\n|[\n\v\f\r\x85\u2028\u2029]/g
const REPLACEMENT = '\ufffd'

/**
 * Text of others, made fit to be shown: it stays one line, and nothing in it acts on a terminal, on the direction of the text around
 * it, or is hidden. What is kept and what JSON answers say is the text as it was sent.
 * @param keepsBreaks line breaks and tabs stay; every kind of break becomes `\n`
 */
export function clean(text: string, keepsBreaks = false): string {
  const lines = text.replace(SEQUENCE, '').replace(BREAK, '\n')
  const flat = keepsBreaks ? lines : lines.replace(/[\n\t]/g, ' ')
  return replaceHidden(flat, character => (character === '\n' ? character : REPLACEMENT))
}

/** Like `clean` with breaks, but colours stay; they end with the text. */
export function cleanColoured(text: string): string {
  const colours = text.match(SGR)
  if (!colours) return clean(text, true)
  const parts = text.split(SGR).map(part => clean(part, true))
  return `${parts.map((part, at) => part + (colours[at] ?? '')).join('')}\x1b[0m`
}

/** Lines behind the first are indented, so that none can be taken for one of its own. */
export const indented = (text: string) => text.replaceAll('\n', '\n    ')

/** The same JSON with hidden characters as escapes: neither a terminal nor a reader takes them for something else. */
export const escapeHidden = (json: string): string =>
  replaceHidden(json, character =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, at) => escapeOf(character.charCodeAt(at))).join(''),
  )

const escapeOf = (unit: number) => `\\u${unit.toString(16).padStart(4, '0')}`
