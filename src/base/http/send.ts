import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip } from 'node:zlib'
import { codeOf, type Refused, refusalOf, refused } from './failure'

/** One HTTP request, without its connection. */
export interface HttpAsk {
  url: URL
  method: string
  headers: Record<string, string>
}

/** What of a body was read. */
export interface BodyCount {
  /** After decompression. */
  bytes: number
  /** More was there: reading stopped at the limit. */
  truncated: boolean
}

/**
 * Sends one request over a connection that is already open (and, for https, already judged) and waits for the head.
 * The caller owns the socket; it cannot be used again afterwards.
 * @param onFirstByte called when the first byte of the answer arrives
 */
export async function send(
  socket: Socket,
  { url, method, headers }: HttpAsk,
  signal: AbortSignal,
  onFirstByte: () => void = () => {},
): Promise<IncomingMessage | Refused> {
  if (signal.aborted || socket.destroyed) return refusalOf(brokenOff(), 'first_byte', signal)
  const stop = destroyOnAbort(signal, socket)
  try {
    return await new Promise<IncomingMessage | Refused>((resolve, reject) => {
      const ask = request({
        createConnection: () => socket,
        method,
        path: url.pathname + url.search,
        setHost: false,
        headers: { host: url.host, ...headers },
      })
      // an own listener beside the parser's: `response` comes only when the whole head is there
      ask.once('socket', () => socket.once('data', onFirstByte))
      ask.once('response', resolve)
      ask.once('upgrade', () => resolve(refused('response_invalid', 'The server changed the protocol unasked (101)')))
      ask.on('error', reject)
      ask.end()
    })
  } catch (error) {
    return refusalOf(error, 'first_byte', signal)
  } finally {
    stop()
  }
}

/** Reads and decodes the body, keeps nothing, and closes the connection after `maxBytes` (counted after decompression). */
export async function countBody(
  response: IncomingMessage,
  maxBytes: number,
  signal: AbortSignal,
): Promise<BodyCount | Refused> {
  const stop = destroyOnAbort(signal, response)
  const decoder = decoderOf(response.headers['content-encoding']?.trim().toLowerCase())
  // the callback is empty because whoever reads the decoder sees the error
  const body: Readable = decoder ? pipeline(response, decoder, () => {}) : response
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += (chunk as Buffer).length
      if (bytes > maxBytes) return { bytes: maxBytes, truncated: true }
    }
    return { bytes, truncated: false }
  } catch (error) {
    // no body at all, as after HEAD, is no fault of its coding
    if (decoder?.bytesWritten === 0 && codeOf(error) === 'Z_BUF_ERROR') return { bytes: 0, truncated: false }
    return refusalOf(error, 'transfer', signal)
  } finally {
    stop()
    response.destroy()
  }
}

/** Only a single, known coding is undone; anything else is counted as it comes. */
function decoderOf(coding: string | undefined) {
  if (coding === 'gzip' || coding === 'x-gzip') return createGunzip()
  return coding === 'br' ? createBrotliDecompress() : undefined
}

function destroyOnAbort(signal: AbortSignal, target: { destroy(error?: Error): unknown }): () => void {
  const abort = () => target.destroy(brokenOff())
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  return () => signal.removeEventListener('abort', abort)
}

const brokenOff = () => Object.assign(new Error('The connection was closed'), { code: 'ECONNRESET' })
