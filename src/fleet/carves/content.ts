import type { ServerResponse } from 'node:http'
import type { Db } from '../../base/db'
import { sendDownload } from '../../base/download'
import { type CarveRow, readBlocks } from './carve-store'

const READ_BYTES = 1024 * 1024
/** Magic number of a Zstandard frame (RFC 8878, section 3.1.1). */
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

/** Streams a complete carve, no faster than the client reads it. */
export async function sendContent(db: Db, carve: CarveRow, res: ServerResponse): Promise<void> {
  const [first] = await readBlocks(db, carve.id, 0, 1)
  const isZstd = first?.subarray(0, ZSTD.length).equals(ZSTD) ?? false
  const file = { name: `carve-${carve.carve_guid}`, format: isZstd ? ('tar.zst' as const) : ('tar' as const) }
  await sendDownload(res, { ...file, size: carve.size }, blocksOf(db, carve))
}

async function* blocksOf(db: Db, { id, block_count, block_size }: CarveRow): AsyncGenerator<Buffer> {
  const perRead = Math.max(1, Math.floor(READ_BYTES / block_size))
  for (let from = 0; from < block_count; from += perRead) yield* await readBlocks(db, id, from, perRead)
}
