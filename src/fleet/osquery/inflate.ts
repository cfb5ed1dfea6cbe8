import { Readable } from 'node:stream'
import { createGunzip, constants as zlib } from 'node:zlib'
import { Refusal } from './refusal'

const CHUNK_BYTES = 64 * 1024

/**
 * What was compressed with gzip, one part after the other.
 * @throws Refusal 400
 */
export async function* inflate(chunks: readonly Buffer[]): AsyncGenerator<Buffer, void> {
  // an upload that was cut has no end that could be checked
  const gunzip = createGunzip({ finishFlush: zlib.Z_SYNC_FLUSH, chunkSize: CHUNK_BYTES })
  try {
    for await (const chunk of Readable.from(chunks).pipe(gunzip)) yield chunk as Buffer
  } catch (error) {
    throw new Refusal(400, `body: not valid gzip (${error instanceof Error ? error.message : String(error)})`)
  }
}
