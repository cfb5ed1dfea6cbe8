import { type Refused, refusalOf } from '../failure'
import { destroyOnAbort } from './abort'
import { codingsOf, decode } from './content-codings'
import type { HttpResponse, Response } from './send'

/** What was read of a body. */
export interface Body {
  /** How much there is of it after decompression, up to the limit. */
  bytes: number
  /** Reading stopped at the limit. */
  truncated: boolean
  /** Its beginning, up to `keptMax` bytes. */
  start: Buffer
}

export interface BodyLimits {
  /** For the bytes received as well as the output of each decompression. */
  bytesMax: number
  /** How much of it is kept. */
  keptMax: number
}

/** Reads and decodes the body, then closes the connection. */
export async function readBody(
  { response, notes }: HttpResponse,
  { bytesMax, keptMax }: BodyLimits,
  signal: AbortSignal,
): Promise<Body | Refused> {
  const stop = destroyOnAbort(signal, response)
  try {
    const codings = codingsOf(response.headers['content-encoding'], notes)
    const wire = await readWire(response, bytesMax, codings.length ? bytesMax : keptMax)
    if (!codings.length || !wire.bytes) return wire
    const whole = { bytes: wire.start, truncated: wire.truncated }
    const { bytes, truncated } = await decode(codings, whole, { maxBytes: bytesMax, notes })
    return { bytes: bytes.length, truncated, start: bytes.subarray(0, keptMax) }
  } catch (error) {
    return refusalOf(error, 'transfer', signal)
  } finally {
    stop()
    response.destroy()
  }
}

async function readWire(response: Response, bytesMax: number, keptMax: number): Promise<Body> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    if (bytes < keptMax) chunks.push(chunk)
    bytes += chunk.length
    if (bytes > bytesMax) break
  }
  const start = Buffer.concat(chunks).subarray(0, keptMax)
  return { bytes: Math.min(bytes, bytesMax), truncated: bytes > bytesMax, start }
}

/**
 * The beginning of a body as it was sent, for messages about an error. What breaks off is returned as far as it came.
 * Closes the connection.
 */
export async function bodyStart({ response }: HttpResponse, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const stop = destroyOnAbort(signal, response)
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= maxBytes) break
    }
  } catch {
    // the head, which decides, has arrived
  } finally {
    stop()
    response.destroy()
  }
  return Buffer.concat(chunks).subarray(0, maxBytes)
}
