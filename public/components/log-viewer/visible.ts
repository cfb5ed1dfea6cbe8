export interface Piece {
  text: string
  /** Stands for a character that has no look of its own. */
  isMark: boolean
}

/**
 * Control characters, line and paragraph separators, direction overrides (they can make a line read as another one) and
 * lone surrogates. A tab is left to CSS.
 */
const HIDDEN = /[\0-\x08\n-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu

/** Makes the invisible visible, so that a message never breaks its row and hides nothing. */
export function visiblePieces(text: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), isMark: false })
    pieces.push({ text: markOf(match[0]), isMark: true })
    from = match.index + match[0].length
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isMark: false })
  return pieces
}

function markOf(character: string) {
  const code = character.charCodeAt(0)
  if (character === '\n') return '⏎'
  if (character === '\r') return '\\r'
  // Unicode has pictures for these, but few fonts do.
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
