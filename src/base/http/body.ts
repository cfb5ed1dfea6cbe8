import type { IncomingMessage } from 'node:http'
import { type Refused, refusalOf } from '../failure'
import { destroyOnAbort } from './abort'
import { codingsOf, decode } from './content-codings'
import type { HttpResponse } from './send'

/** How much of a body was read. */
export interface BodyCount {
  /** After decompression. */
  bytes: number
  /** Reading stopped at the limit. */
  truncated: boolean
}

interface Wire extends BodyCount {
  chunks: Buffer[]
}

/**
 * Reads and decodes the body, then closes the connection. `maxBytes` limits the bytes received as well as the output of
 * each decompression.
 */
export async function countBody(
  { response, notes }: HttpResponse,
  maxBytes: number,
  signal: AbortSignal,
): Promise<BodyCount | Refused> {
  const stop = destroyOnAbort(signal, response)
  try {
    const codings = codingsOf(response.headers['content-encoding'], notes)
    const wire = await readWire(response, maxBytes, codings.length > 0)
    if (!codings.length || !wire.bytes) return { bytes: wire.bytes, truncated: wire.truncated }
    const whole = { bytes: Buffer.concat(wire.chunks), truncated: wire.truncated }
    const { bytes, truncated } = await decode(codings, whole, { maxBytes, notes })
    return { bytes: bytes.length, truncated }
  } catch (error) {
    return refusalOf(error, 'transfer', signal)
  } finally {
    stop()
    response.destroy()
  }
}

async function readWire(response: IncomingMessage, maxBytes: number, keep: boolean): Promise<Wire> {
  const wire: Wire = { bytes: 0, truncated: false, chunks: [] }
  for await (const chunk of response as AsyncIterable<Buffer>) {
    wire.bytes += chunk.length
    if (keep) wire.chunks.push(chunk)
    if (wire.bytes > maxBytes) return { ...wire, bytes: maxBytes, truncated: true }
  }
  return wire
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
    for await (const chunk of response as AsyncIterable<Buffer>) {
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
