import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

/** What is larger, before or after, would hold up everything else for too long. */
const INPUT_BYTES_MAX = 256 * 1024
const OUTPUT_BYTES_MAX = 2 * 1024 * 1024

const INFLATE: Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Buffer> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
}

/**
 * Decodes a small, faultless body at once, which takes a fraction of the time that a stream does.
 * @returns undefined if it has to be decoded in another way
 */
export function inflateSmall(coding: string, bytes: Buffer, bytesMax: number): Buffer | undefined {
  if (bytes.length > INPUT_BYTES_MAX) return undefined
  try {
    return INFLATE[coding]?.(bytes, { maxOutputLength: Math.min(bytesMax, OUTPUT_BYTES_MAX) })
  } catch {
    return undefined // the other way finds out what is wrong, and decodes what it can
  }
}
