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
