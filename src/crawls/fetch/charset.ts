import { decode, type Encoding } from 'iconv-lite'

/** Those of the Encoding Standard that are not decoded for safety, but become one U+FFFD. */
const REPLACED = new Set(['csiso2022kr', 'hz-gb-2312', 'iso-2022-cn', 'iso-2022-cn-ext', 'iso-2022-kr', 'replacement'])
const REPLACEMENT = 'replacement'
const USER_DEFINED = 'x-user-defined'

/** Node's decoder is right for these. It reads windows-1252 as latin1, and knows too little of euc-kr. */
const DECODED_BY_NODE = new Set(['utf-8', 'utf-16le', 'utf-16be', 'iso-2022-jp', 'macintosh', 'x-mac-cyrillic'])
/** iconv-lite's names, where they differ. */
const NAMES: Record<string, Encoding> = { gbk: 'gb18030', big5: 'big5-hkscs', 'iso-8859-8-i': 'iso-8859-8' }

/**
 * The charset that a label such as `latin1` means (Encoding Standard, section 4.2).
 * @returns its name in lower case; undefined if it is unknown
 */
export function charsetOf(label: string): string | undefined {
  const name = label.trim().toLowerCase()
  if (REPLACED.has(name)) return REPLACEMENT
  if (name === 'iso-8859-16' || name === USER_DEFINED) return name // Node does not know them
  try {
    return new TextDecoder(name).encoding
  } catch {
    return undefined
  }
}

/**
 * Decodes text, without its byte order mark. Bytes that are not valid become U+FFFD.
 * @param charset from `charsetOf`
 */
export function decodeAs(body: Buffer, charset: string): string {
  if (charset === 'utf-8') return body.toString('utf8', hasUtf8Mark(body) ? 3 : 0)
  if (DECODED_BY_NODE.has(charset)) return new TextDecoder(charset).decode(body)
  if (charset === REPLACEMENT) return body.length ? '\ufffd' : ''
  if (charset === USER_DEFINED) return userDefined(body)
  const text = decode(body, NAMES[charset] ?? charset)
  return charset.startsWith('windows-') ? withControls(text, body) : text
}

/** Encoding Standard, section 14.5: the upper half is in the private use area. */
function userDefined(body: Buffer): string {
  return body.toString('latin1').replace(/[\x80-\xff]/g, char => String.fromCharCode(0xf700 + char.charCodeAt(0)))
}

/** Unassigned bytes below 0xA0 are control characters in the Encoding Standard. */
function withControls(text: string, body: Buffer): string {
  if (!text.includes('\ufffd')) return text
  return text.replace(/\ufffd/g, (unknown, index: number) => {
    const byte = body[index] ?? 0
    return byte < 0xa0 ? String.fromCharCode(byte) : unknown
  })
}

const hasUtf8Mark = ([first, second, third]: Buffer) => first === 0xef && second === 0xbb && third === 0xbf

/** The charset that a byte order mark stands for. */
export function markedCharset(body: Buffer): string | undefined {
  if (hasUtf8Mark(body)) return 'utf-8'
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le'
  return body[0] === 0xfe && body[1] === 0xff ? 'utf-16be' : undefined
}
