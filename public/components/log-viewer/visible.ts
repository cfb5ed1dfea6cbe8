import { hiddenIn } from '../../../text/hidden'

export interface Piece {
  text: string
  /** Stands for a character that has no look of its own. */
  isMark: boolean
}

/** Makes the invisible visible, so that a message never breaks its row and hides nothing. */
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
  // Unicode has pictures for these, but few fonts do.
  if (code > 0xffff) return `\\u{${code.toString(16)}}`
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
