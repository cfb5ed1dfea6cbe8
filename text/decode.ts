/**
 * Text of a file or of the standard input, as editors and shells write it: UTF-8, or UTF-16 where a byte order mark says so. The mark
 * itself is no part of the text.
 * @param fatal whether bytes that are no such text are refused; else they become U+FFFD
 * @throws TypeError
 */
export function decodeText(bytes: Uint8Array, { fatal = false } = {}): string {
  return new TextDecoder(encodingOf(bytes), { fatal }).decode(bytes)
}

function encodingOf([first, second]: Uint8Array) {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return 'utf-8'
}
