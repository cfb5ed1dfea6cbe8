/**
 * Characters that are invisible or affect the text around them: control characters except tab, line separators, direction controls
 * (Unicode Standard Annex 9, section 2), lone surrogates, and invisible characters (Default_Ignorable_Code_Point, UAX 44). They can
 * make a name look like another one, or reverse or forge a line.
 */
const HIDDEN = String.raw`[\0-\x08\n-\x1f\x7f-\x9f\u2028\u2029\ufff9-\ufffb\p{Default_Ignorable_Code_Point}\p{Surrogate}]`

/** Invisible characters in places where scripts and emoji need them: they join and select glyphs. */
const NEEDED = [
  // joiners of emoji, and of scripts without case such as Persian and Malayalam (Unicode Standard, section 23.2)
  String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Lo}\p{M}\ufe0f])[\u200c\u200d]`,
  // variation selectors of emoji, symbols and ideographs (section 23.4)
  String.raw`(?<=[\p{Emoji}\p{S}\p{Lo}])[\ufe00-\ufe0f]`,
  String.raw`(?<=\p{Lo})[\u180b-\u180d\u180f\u{e0100}-\u{e01ef}]`,
  // tag sequences such as the flag of Scotland (Unicode Technical Standard 51, section 1.4.5)
  String.raw`(?<=\u{1f3f4})[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}`,
].join('|')

const FOUND = new RegExp(`(${NEEDED})|${HIDDEN}`, 'gu')
const PLAIN = /^[\x20-\x7e\t]*$/

/** Replaces every hidden character. */
export function replaceHidden(text: string, replacementOf: (character: string) => string): string {
  if (PLAIN.test(text)) return text
  return text.replace(FOUND, (found, needed?: string) => needed ?? replacementOf(found))
}

/** All hidden characters with their positions. */
export function hiddenIn(text: string): { at: number; character: string }[] {
  if (PLAIN.test(text)) return []
  return [...text.matchAll(FOUND)].flatMap(match =>
    match[1] === undefined ? [{ at: match.index, character: match[0] }] : [],
  )
}

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
