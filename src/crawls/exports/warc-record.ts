import { createHash, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

interface WarcRecord {
  type: 'warcinfo' | 'response' | 'metadata'
  date: Date
  contentType: string
  /** Further fields. */
  fields?: Record<string, string>
  block: Buffer
}

/** A record of WARC 1.1 (ISO 28500:2017) with the digest of its block, as a gzip member of its own (annex D). */
export async function warcRecord({ type, date, contentType, fields = {}, block }: WarcRecord): Promise<Buffer> {
  const head = fieldLines({
    'WARC-Type': type,
    'WARC-Record-ID': `<urn:uuid:${randomUUID()}>`,
    'WARC-Date': date.toISOString(),
    ...fields,
    'WARC-Block-Digest': digest(block),
    'Content-Type': contentType,
    'Content-Length': String(block.length),
  })
  return promisify(gzip)(Buffer.concat([Buffer.from(`WARC/1.1\r\n${head}\r\n`), block, Buffer.from('\r\n\r\n')]))
}

/** Named fields (section 4), one per line; values are ours or were checked, and have no line ends. */
export const fieldLines = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]+/g, ' ')}\r\n`)
    .join('')

/** Labelled, as most tools write it. */
export const digest = (bytes: Buffer) => `sha1:${base32(createHash('sha1').update(bytes).digest())}`

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const BITS = 5

/** RFC 4648 section 6, of whole groups only: SHA-1 has 20 bytes. */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('')
  let text = ''
  for (let at = 0; at < bits.length; at += BITS) text += ALPHABET[Number.parseInt(bits.slice(at, at + BITS), 2)]
  return text
}
