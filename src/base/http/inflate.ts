import type { Transform } from 'node:stream'
import { constants, type Zlib } from 'node:zlib'
import { codeOf } from '../failure'
import type { Notes } from './warnings'

/** Bytes of a body. */
export interface Part {
  bytes: Buffer
  /** Reading stopped at the limit. */
  truncated: boolean
}

export interface Decoded extends Part {
  /** Input bytes up to the end of the compressed data. */
  used: number
}

export interface Limits {
  maxBytes: number
  notes: Notes
}

type Create = (options: { finishFlush?: number }) => Transform & Zlib

/**
 * Decompresses up to the limit. Data that ends early is decoded as far as possible, as in browsers, because some servers flush but never
 * finish. This adds a warning, unless the data was cut by us.
 * @param lenient the flush operation at the end of incomplete data
 * @throws an error of zlib, with its code
 */
export async function inflateAll(
  create: Create,
  input: Part,
  limits: Limits,
  lenient: number = constants.Z_SYNC_FLUSH,
): Promise<Decoded> {
  try {
    return await inflateWhole(create, input, limits, lenient)
  } catch (error) {
    if (codeOf(error) !== 'Z_BUF_ERROR') throw error
    noteIncomplete(limits.notes)
    const { bytes, used } = await inflateWhole(create, { ...input, truncated: true }, limits, lenient)
    return { bytes, used, truncated: false }
  }
}

export const noteIncomplete = (notes: Notes) =>
  notes.add('compressed_data_incomplete', 'The compressed data ends early; it was decoded up to that point')

/**
 * Like `inflateAll`, but fails on incomplete data unless it was cut by us.
 * @throws an error of zlib, with its code
 */
export async function inflateWhole(
  create: Create,
  input: Part,
  { maxBytes }: Limits,
  lenient: number = constants.Z_SYNC_FLUSH,
): Promise<Decoded> {
  const engine = create(input.truncated ? { finishFlush: lenient } : {})
  const chunks: Buffer[] = []
  let size = 0
  engine.end(input.bytes)
  for await (const chunk of engine as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > maxBytes) break
  }
  const truncated = input.truncated || size > maxBytes
  return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), truncated, used: engine.bytesWritten }
}
