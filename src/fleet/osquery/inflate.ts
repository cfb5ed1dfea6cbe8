import { Readable } from 'node:stream'
import { createGunzip, constants as zlib } from 'node:zlib'
import { Refusal } from './refusal'

const CHUNK_BYTES = 64 * 1024

/**
 * Inflates gzip data.
 * @throws Refusal 400
 */
export async function* inflate(chunks: readonly Buffer[]): AsyncGenerator<Buffer, void> {
  // A truncated upload has no trailer to check.
  const gunzip = createGunzip({ finishFlush: zlib.Z_SYNC_FLUSH, chunkSize: CHUNK_BYTES })
  try {
    for await (const chunk of Readable.from(chunks).pipe(gunzip)) yield chunk as Buffer
  } catch (error) {
    throw new Refusal(400, `body: not valid gzip (${error instanceof Error ? error.message : String(error)})`)
  }
}
