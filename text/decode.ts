/**
 * Text of a file or of the standard input, as editors and shells write it: UTF-8, or UTF-16 where a byte order mark says so. The mark
 * itself is no part of the text.
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder().decode(bytes)
}
