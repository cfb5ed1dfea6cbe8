const PART = /\\(?:([rnt\\])|x([0-9a-f]{2}))|[^\\]+|\\/gi
const NAMED: Record<string, string> = { r: '\r', n: '\n', t: '\t', '\\': '\\' }

/** Text with `\r`, `\n`, `\t`, `\\` and `\xHH` as bytes; undefined if there is another backslash. */
export function readEscapes(text: string): Buffer | undefined {
  const parts: Buffer[] = []
  for (const [whole, name, hex] of text.matchAll(PART)) {
    if (hex) parts.push(Buffer.from(hex, 'hex'))
    else if (name) parts.push(Buffer.from(NAMED[name] ?? ''))
    else if (whole === '\\') return undefined
    else parts.push(Buffer.from(whole))
  }
  return Buffer.concat(parts)
}
