import { isAscii, isUtf8 } from 'node:buffer'
import { charsetOf, decodeAs, markedCharset } from './charset'
import { japaneseCharset, utf8OrEscaped } from './japanese'
import { prescan } from './prescan'

/** How the charset was found: byte order mark, Content-Type, the document itself, its bytes, or nothing of these. */
export type CharsetSource = 'bom' | 'header' | 'meta' | 'xml' | 'content' | 'default'

export interface DecodedBody {
  text: string
  /** By the Encoding Standard, in lower case. */
  charset: string
  source: CharsetSource
}

const IN_HEADER = /;\s*charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;"']+))/i
/** Text that may name its charset. */
const MARKUP = /^\s*(?:text\/(?:html|xml|xsl)|application\/(?:[\w.+-]*\+)?xml)\s*(?:;|$)/i

/**
 * Decodes a body as browsers do: by its byte order mark, its `Content-Type`, or what an HTML or XML document says of
 * itself. Otherwise it is UTF-8 if it can be, Japanese if it has Kana in one of its charsets, or windows-1252. Bytes that
 * are not valid become U+FFFD.
 */
export function decodeBody(body: Buffer, contentType: string | null): DecodedBody {
  const found = findCharset(body, contentType)
  return { text: decodeAs(body, found.charset), ...found }
}

function findCharset(body: Buffer, contentType: string | null): Omit<DecodedBody, 'text'> {
  const marked = markedCharset(body)
  if (marked) return { charset: marked, source: 'bom' }
  const [, ...labels] = (contentType && IN_HEADER.exec(contentType)) || []
  const named = charsetOf(labels.find(Boolean) ?? '')
  if (named) return { charset: named, source: 'header' }
  const isMarkup = !contentType || MARKUP.test(contentType)
  return (isMarkup && prescan(body)) || guess(body)
}

function guess(body: Buffer): Omit<DecodedBody, 'text'> {
  const charset = isUtf8(withoutCutCharacter(body)) ? utf8OrEscaped(body) : japaneseCharset(body)
  return charset ? { charset, source: 'content' } : { charset: 'windows-1252', source: 'default' }
}

/** A body may have been cut within a character, which shows only if it has others. */
function withoutCutCharacter(body: Buffer): Buffer {
  const start = [1, 2, 3].find(back => (body.at(-back) ?? 0) >= 0xc0)
  const whole = start ? body.subarray(0, -start) : body
  return isAscii(whole) ? body : whole
}
