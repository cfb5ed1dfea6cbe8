/**
 * Decodes a file or standard input: UTF-8, or UTF-16 if there is a byte order mark. The byte order mark is removed.
 * @param fatal throw on invalid bytes; otherwise they become U+FFFD
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
