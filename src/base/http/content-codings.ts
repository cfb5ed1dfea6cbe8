import { constants, createBrotliDecompress, createInflate, createInflateRaw } from 'node:zlib'
import { gunzip } from './gzip'
import { type Decoded, inflateAll, type Limits, type Part } from './inflate'
import { inflateSmall } from './inflate-small'
import { shown } from './status-line'
import type { Notes } from './warnings'

type Decoder = (input: Part, limits: Limits) => Promise<Decoded>
/** More than two are unusual; curl allows five. */
const CODINGS_MAX = 4
const DECODERS: Record<string, Decoder> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: inflateEither,
  br: (input, limits) => inflateAll(createBrotliDecompress, input, limits, constants.BROTLI_OPERATION_FLUSH),
}

/**
 * The codings of a body in the order they were applied. Empty if one is unknown: the body is then used undecoded, as in
 * browsers.
 */
export function codingsOf(header: string | undefined, notes: Notes): string[] {
  const names = (header ?? '').split(',').map(name => name.trim().toLowerCase())
  const codings = names.filter(name => name !== '' && name !== 'identity')
  const unknown = codings.find(name => !Object.hasOwn(DECODERS, name))
  if (unknown === undefined && codings.length <= CODINGS_MAX) return codings
  const problem = unknown === undefined ? `names more than ${CODINGS_MAX} codings` : `names ${shown(unknown)}`
  notes.add('content_encoding_unknown', `The body was not decoded: Content-Encoding ${problem}`)
  return []
}

/**
 * Decodes a body by its `Content-Encoding`, like `decode`; small bodies at once.
 * @throws an error of zlib, with its code
 */
export async function inflate(header: string | undefined, body: Part, limits: Limits): Promise<Part> {
  const codings = codingsOf(header, limits.notes)
  const [coding] = codings
  if (coding === undefined || !body.bytes.length) return body
  const bytes = codings.length === 1 && !body.truncated ? inflateSmall(coding, body.bytes, limits.maxBytes) : undefined
  return bytes ? { bytes, truncated: false } : decode(codings, body, limits)
}

/**
 * Decodes a body, undoing the last coding first. Data after the end of the compressed data is dropped with a warning.
 * @throws an error of zlib, with its code, if the body cannot be decoded
 */
export async function decode(codings: readonly string[], body: Part, limits: Limits): Promise<Part> {
  let part = body
  for (const coding of codings.toReversed()) {
    const decoder = DECODERS[coding]
    if (!decoder || !part.bytes.length) break
    const { bytes, truncated, used } = await decoder(part, limits)
    if (used < part.bytes.length && !truncated)
      limits.notes.add('body_trailing_data', `${part.bytes.length - used} bytes follow the ${coding} data`)
    part = { bytes, truncated }
  }
  return part
}

/** "deflate" means zlib (RFC 9110 section 8.4.1.2), but some servers send raw deflate. The first byte tells which. */
function inflateEither(input: Part, limits: Limits): Promise<Decoded> {
  const isZlib = ((input.bytes[0] ?? 0) & 0x0f) === 8
  return inflateAll(isZlib ? createInflate : createInflateRaw, input, limits)
}
