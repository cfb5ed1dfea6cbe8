import { constants, createBrotliDecompress, createInflate, createInflateRaw } from 'node:zlib'
import { gunzip } from './gzip'
import { type Decoded, inflateAll, type Limits, type Part } from './inflate'
import { shown } from './status-line'
import type { Notes } from './warnings'

type Decoder = (input: Part, limits: Limits) => Promise<Decoded>
/** Nobody needs more than two; curl stops at five. */
const CODINGS_MAX = 4
const PASSES: Record<string, Decoder> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: inflateEither,
  br: (input, limits) => inflateAll(createBrotliDecompress, input, limits, constants.BROTLI_OPERATION_FLUSH),
}

/**
 * The codings of a body in the order they were applied. None when one is unknown: the body is then taken as it comes,
 * as browsers do.
 */
export function codingsOf(header: string | undefined, notes: Notes): string[] {
  const names = (header ?? '').split(',').map(name => name.trim().toLowerCase())
  const codings = names.filter(name => name !== '' && name !== 'identity')
  const strange = codings.find(name => !Object.hasOwn(PASSES, name))
  if (strange === undefined && codings.length <= CODINGS_MAX) return codings
  const problem = strange === undefined ? `names more than ${CODINGS_MAX} codings` : `names ${shown(strange)}`
  notes.add('content_encoding_unknown', `The body was not decoded: Content-Encoding ${problem}`)
  return []
}

/**
 * Undoes codings, the last applied first. What comes behind the end of the compressed data is left out and noted.
 * @throws an error of zlib, with its code, when the body is not what its codings say
 */
export async function decode(codings: readonly string[], body: Part, limits: Limits): Promise<Part> {
  let part = body
  for (const coding of codings.toReversed()) {
    const decoder = PASSES[coding]
    if (!decoder || !part.bytes.length) break
    const { bytes, truncated, used } = await decoder(part, limits)
    if (used < part.bytes.length && !truncated)
      limits.notes.add('body_trailing_data', `${part.bytes.length - used} bytes follow the ${coding} data`)
    part = { bytes, truncated }
  }
  return part
}

/** "deflate" means zlib (RFC 9110 section 8.4.1.2), but servers send bare deflate, too. The first byte tells. */
function inflateEither(input: Part, limits: Limits): Promise<Decoded> {
  const isZlib = ((input.bytes[0] ?? 0) & 0x0f) === 8
  return inflateAll(isZlib ? createInflate : createInflateRaw, input, limits)
}
