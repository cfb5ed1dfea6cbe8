import { hiddenIn } from '../../../text/display'

export interface Piece {
  text: string
  /** Whether it stands for an invisible character. */
  isMark: boolean
}

/** Replaces invisible characters with visible marks, so that a message stays in its row and hides nothing. */
export function visiblePieces(text: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const { at, character } of hiddenIn(text)) {
    if (at > from) pieces.push({ text: text.slice(from, at), isMark: false })
    pieces.push({ text: markOf(character), isMark: true })
    from = at + character.length
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isMark: false })
  return pieces
}

function markOf(character: string) {
  const code = character.codePointAt(0) ?? 0
  if (character === '\n') return '⏎'
  if (character === '\r') return '\\r'
  // Few fonts have Unicode's symbols for control characters.
  if (code > 0xffff) return `\\u{${code.toString(16)}}`
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
