const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|\\?[\s\S]/gsu
const SIMPLE: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
}
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a Go string literal in double quotes: its escapes stand for bytes or code points.
 * @param text without the quotes
 * @returns nothing when it is none, or not UTF-8
 */
export function unquoted(text: string): string | undefined {
  if (text.includes('\n')) return undefined
  if (!text.includes('\\')) return text.isWellFormed() ? text : undefined
  const parts: Buffer[] = []
  for (const match of text.matchAll(ESCAPE)) {
    const part = bytesOf(match)
    if (!part) return undefined
    parts.push(part)
  }
  try {
    return utf8.decode(Buffer.concat(parts))
  } catch {
    return undefined // a TypeError: not UTF-8
  }
}

function bytesOf([whole, hex, octal, short, long, simple]: RegExpExecArray): Buffer | undefined {
  if (hex !== undefined) return Buffer.of(Number.parseInt(hex, 16))
  if (octal !== undefined) return Number.parseInt(octal, 8) > 0xff ? undefined : Buffer.of(Number.parseInt(octal, 8))
  if (short !== undefined || long !== undefined) return bytesOfPoint(Number.parseInt((short ?? long) as string, 16))
  if (simple !== undefined) return SIMPLE[simple] === undefined ? undefined : Buffer.from(SIMPLE[simple])
  return whole.isWellFormed() && whole !== '\\' ? Buffer.from(whole) : undefined
}

function bytesOfPoint(point: number): Buffer | undefined {
  const isSurrogate = point >= 0xd800 && point <= 0xdfff
  return point > 0x10ffff || isSurrogate ? undefined : Buffer.from(String.fromCodePoint(point))
}

/** Writes a text so that `unquoted` reads it, with quotes. */
export const quoted = (text: string) => `"${text.replace(UNPRINTABLE, escapeOf)}"`

const UNPRINTABLE = /[\\"\p{Cc}\p{Cs}]/gu
const NAMED: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const escapeOf = (char: string) => NAMED[char] ?? `\\u${(char.codePointAt(0) as number).toString(16).padStart(4, '0')}`
