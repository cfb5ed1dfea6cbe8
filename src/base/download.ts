import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

/** Content types by the ending of the file. */
const TYPES = {
  csv: 'text/csv; charset=utf-8',
  log: 'text/plain; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
} as const

/**
 * Sends pieces as a file, as fast as the client takes them and never more than one ahead.
 * @param name of the file, without its ending
 */
export async function sendDownload(
  res: ServerResponse,
  { name, format }: { name: string; format: keyof typeof TYPES },
  pieces: AsyncIterable<string>,
): Promise<void> {
  res.writeHead(200, {
    'Content-Type': TYPES[format],
    'Content-Disposition': `attachment; filename="${name.replaceAll(/[^\w.-]/g, '-')}.${format}"`,
    'Cache-Control': 'no-store',
  })
  // A client that leaves in the middle is no failure.
  await pipeline(pieces, res).catch(error => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  })
}
