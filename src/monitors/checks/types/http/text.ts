import { decodeText } from '../../../../../text/decode'

/** How much of a document may come before it names its charset (HTML standard, "prescan a byte stream"). */
const PRESCAN_BYTES = 1_024
const IN_HEADER = /;\s*charset\s*=\s*["']?([^\s;"']+)/i
const IN_HTML = /<meta\s[^>]*?charset\s*=\s*["']?\s*([^\s"'/>;]+)/i
const IN_XML = /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"']+)/i

interface BodyText {
  text: string
  /** The charset that was named but is not known. */
  unknownCharset?: string
}

/**
 * Decodes a body as browsers do: by its byte order mark, its `Content-Type`, or what an HTML or XML document says of
 * itself; otherwise it is UTF-8. Bytes that are not valid become U+FFFD.
 */
export function decodeBody(bytes: Buffer, contentType = ''): BodyText {
  const charset = IN_HEADER.exec(contentType)?.[1] ?? charsetWithin(bytes)
  try {
    return { text: decodeText(bytes, { charset }) }
  } catch {
    return { text: decodeText(bytes), unknownCharset: charset }
  }
}

function charsetWithin(bytes: Buffer): string | undefined {
  const start = bytes.subarray(0, PRESCAN_BYTES).toString('latin1')
  const named = (IN_XML.exec(start) ?? IN_HTML.exec(start))?.[1]
  // what could be read as single bytes is not UTF-16
  return named && /^utf-?16/i.test(named) ? undefined : named
}
