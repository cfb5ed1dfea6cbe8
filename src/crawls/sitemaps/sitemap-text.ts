import { setImmediate } from 'node:timers/promises'
import { codeOf } from '../../base/failure'
import { gunzip } from '../../base/http/gzip'
import { createNotes } from '../../base/http/warnings'

/** The sitemap protocol allows 50 MB, uncompressed. */
export const BYTES_MAX = 50 * 1024 * 1024
const PIECE_BYTES = 64 * 1024

export interface SitemapBytes {
  bytes: Buffer
  problem: string | null
}

/** Decompresses gzip data, whatever its name or type says. */
export async function decompress(body: Buffer): Promise<SitemapBytes> {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return { bytes: body, problem: null }
  const notes = createNotes()
  try {
    const { bytes, truncated } = await gunzip({ bytes: body, truncated: false }, { maxBytes: BYTES_MAX, notes })
    const [warning] = notes.take()
    return { bytes, problem: truncated ? TOO_LONG : warning ? `${warning.message}.` : null }
  } catch (error) {
    if (!codeOf(error).startsWith('Z_')) throw error
    return { bytes: Buffer.alloc(0), problem: 'It looks like gzip data, but cannot be decompressed.' }
  }
}

export const TOO_LONG = 'It is longer than 50 MB: the rest is ignored.'

/** The text in pieces, between which other work gets its turn. */
export async function* textOf(bytes: Buffer): AsyncGenerator<string> {
  const decoder = new TextDecoder(encodingOf(bytes))
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true })
    await setImmediate()
  }
  yield decoder.decode()
}

/** Sitemaps must be UTF-8; feeds often are not, and say so in their first line. */
function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const declared = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(bytes.toString('latin1', 0, 200))?.[1]
  return declared && !/^utf-?16/i.test(declared) && isKnown(declared) ? declared : 'utf-8'
}

function isKnown(encoding: string): boolean {
  try {
    new TextDecoder(encoding)
    return true
  } catch {
    return false // a RangeError: there is no such encoding
  }
}
