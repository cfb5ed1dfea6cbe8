import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

/** Content types by file extension. */
const TYPES = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson; charset=utf-8',
  log: 'text/plain; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  tar: 'application/x-tar',
  'tar.zst': 'application/zstd',
  'warc.gz': 'application/warc',
  xml: 'application/xml; charset=utf-8',
  yaml: 'application/yaml; charset=utf-8',
} as const

interface File {
  /** Without extension. */
  name: string
  format: keyof typeof TYPES
  /** In bytes, if known in advance. */
  size?: number
}

/** Sends chunks as a file download, with backpressure. */
export async function sendDownload(
  res: ServerResponse,
  { name, format, size }: File,
  chunks: AsyncIterable<string | Buffer>,
): Promise<void> {
  res.writeHead(200, {
    'Content-Type': TYPES[format],
    'Content-Disposition': `attachment; filename="${name.replaceAll(/[^\w.-]/g, '-')}.${format}"`,
    'Cache-Control': 'no-store',
    ...(size !== undefined && { 'Content-Length': size }),
  })
  // a client that disconnects early is not an error
  await pipeline(chunks, res).catch(error => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  })
}
