import type { IncomingMessage } from 'node:http'
import { coded, Refusal } from './answer'

/** Prometheus sends up to 256 alerts of about 600 bytes; Alertmanager took 14 MB. */
const BODY_BYTES_MAX = 8 * 1024 * 1024
/** Bodies of all requests that are being received. */
const ALL_BYTES_MAX = 128 * 1024 * 1024
const JSON_TYPE = /^application\/json\s*(;|$)/i

let bytesReceived = 0

/**
 * The text of a JSON body. It is read to its end whatever its size, so that the client gets the answer.
 * @throws Refusal 413, 415 or 503
 */
export async function readBody(req: IncomingMessage): Promise<string> {
  requireJson(req)
  const chunks: Buffer[] = []
  let [bytes, isTooLarge, isFull] = [0, false, false]
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      isFull ||= bytesReceived + chunk.length > ALL_BYTES_MAX
      isTooLarge ||= bytes + chunk.length > BODY_BYTES_MAX
      if (isFull || isTooLarge) continue
      bytes += chunk.length
      bytesReceived += chunk.length
      chunks.push(chunk)
    }
  } finally {
    bytesReceived -= bytes
  }
  if (isTooLarge)
    throw new Refusal(coded(413, `the body is larger than ${BODY_BYTES_MAX} bytes; send fewer alerts at once`))
  if (isFull) throw new Refusal(coded(503, 'too many requests are being received, try again later'))
  return Buffer.concat(chunks).toString('utf8')
}

function requireJson({ headers }: IncomingMessage): void {
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined
  const type = headers['content-type'] || 'application/octet-stream'
  if (!hasBody || JSON_TYPE.test(type)) return
  throw new Refusal(coded(415, `unsupported media type ${JSON.stringify(type)}, only [application/json] are allowed`))
}
