import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

/** Content types by the ending of the file. */
const TYPES = {
  csv: 'text/csv; charset=utf-8',
  log: 'text/plain; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  tar: 'application/x-tar',
  'tar.zst': 'application/zstd',
} as const

interface File {
  /** Without its ending. */
  name: string
  format: keyof typeof TYPES
  /** In bytes, where it is known before. */
  size?: number
}

/** Sends pieces as a file, as fast as the client takes them and never more than one ahead. */
export async function sendDownload(
  res: ServerResponse,
  { name, format, size }: File,
  pieces: AsyncIterable<string | Buffer>,
): Promise<void> {
  res.writeHead(200, {
    'Content-Type': TYPES[format],
    'Content-Disposition': `attachment; filename="${name.replaceAll(/[^\w.-]/g, '-')}.${format}"`,
    'Cache-Control': 'no-store',
    ...(size !== undefined && { 'Content-Length': size }),
  })
  // A client that leaves in the middle is no failure.
  await pipeline(pieces, res).catch(error => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  })
}
