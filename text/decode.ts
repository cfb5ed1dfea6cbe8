/**
 * Decodes a file, standard input or an answer: by its byte order mark, which is removed, or else as UTF-8.
 * @param fatal throw on invalid bytes; otherwise they become U+FFFD
 * @param charset what it is without a byte order mark
 * @throws TypeError
 * @throws RangeError if the charset is not known
 */
export function decodeText(bytes: Uint8Array, { fatal = false, charset = 'utf-8' } = {}): string {
  return new TextDecoder(markOf(bytes) ?? charset, { fatal }).decode(bytes)
}

function markOf([first, second, third]: Uint8Array) {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8' : undefined
}
