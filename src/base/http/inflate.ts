import type { Transform } from 'node:stream'
import { constants, type Zlib } from 'node:zlib'
import type { Notes } from './warnings'

/** Bytes of a body. */
export interface Part {
  bytes: Buffer
  /** More was there: reading stopped at the limit. */
  truncated: boolean
}

export interface Decoded extends Part {
  /** Bytes of the input up to the end of the compressed data. */
  used: number
}

export interface Limits {
  maxBytes: number
  notes: Notes
}

type Create = (options: { finishFlush?: number }) => Transform & Zlib

/**
 * Decompresses as far as the limit. A part that was cut by us may end anywhere, any other must be complete.
 * @param lenient the flush operation at the end of a part that was cut
 * @throws an error of zlib, with its code
 */
export async function inflateAll(
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
