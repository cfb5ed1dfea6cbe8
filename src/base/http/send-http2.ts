import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2'
import type { Socket } from 'node:net'
import { codeOf, FailureError, type Refused, refusalOf } from '../failure'
import { connectionClosed, destroyOnAbort } from './abort'
import { EMPTY } from './final-head'
import { HEAD_BYTES_MAX } from './head-reader'
import type { HttpRequest, HttpResponse, Response } from './send'
import { createNotes } from './warnings'

/** What may be on its way before it is read: enough that the window does not slow a body down. */
const WINDOW_BYTES = 1024 * 1024
/** Headers of a response. Node's default is 128. */
const HEADERS_MAX = 2_000
/** Of HTTP/1.1 only (RFC 9113 section 8.2.2); the host becomes `:authority`. */
const FOREIGN = new Set(['host', 'connection'])

/**
 * Sends one request with HTTP/2 over an open connection that was agreed on for it (ALPN), and waits for the response
 * head. The caller owns the socket, which cannot be reused.
 */
export async function sendHttp2(
  socket: Socket,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse | Refused> {
  if (signal.aborted || socket.errored) return refusalOf(socket.errored ?? connectionClosed(), 'first_byte', signal)
  if (socket.destroyed || socket.readableEnded) return { error: EMPTY }
  const session = connect(request.url.origin, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: WINDOW_BYTES, maxHeaderListSize: HEAD_BYTES_MAX },
    maxHeaderListPairs: HEADERS_MAX,
  })
  session.on('error', () => {}) // its stream reports it, too
  session.once('connect', () => session.setLocalWindowSize(WINDOW_BYTES))
  const stop = destroyOnAbort(signal, session)
  try {
    const stream = session.request(headersOf(request), { endStream: !request.body })
    if (request.body) stream.end(request.body)
    return { response: await headOf(stream, session), notes: createNotes() }
  } catch (error) {
    session.destroy()
    return refusalOf(error, 'first_byte', signal)
  } finally {
    stop()
  }
}

function headersOf({ url, method, headers }: HttpRequest) {
  const { HTTP2_HEADER_AUTHORITY, HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_SCHEME } = constants
  return {
    [HTTP2_HEADER_METHOD]: method,
    [HTTP2_HEADER_SCHEME]: url.protocol.slice(0, -1),
    [HTTP2_HEADER_AUTHORITY]: headers.host ?? url.host,
    [HTTP2_HEADER_PATH]: url.pathname + url.search,
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => !FOREIGN.has(name))),
  }
}

function headOf(stream: ClientHttp2Stream, session: ClientHttp2Session): Promise<Response> {
  return new Promise((resolve, reject) => {
    stream.once('response', headers => resolve(responseOf(headers, stream, session)))
    stream.on('error', error => reject(isOfHttp2(error) ? brokenOff(error) : error))
    stream.once('close', () => reject(new FailureError(EMPTY)))
  })
}

const responseOf = (
  headers: IncomingHttpHeaders & IncomingHttpStatusHeader,
  stream: ClientHttp2Stream,
  session: ClientHttp2Session,
): Response => ({
  statusCode: headers[':status'],
  statusMessage: '', // HTTP/2 has none
  headers: Object.fromEntries(fieldsOf(headers)),
  headersDistinct: Object.fromEntries(fieldsOf(headers).map(([name, value]) => [name, [value ?? []].flat()])),
  destroy(error) {
    stream.destroy(error)
    session.destroy()
    return this as ReturnType<Response['destroy']>
  },
  [Symbol.asyncIterator]: () => bodyOf(stream),
})

const fieldsOf = (headers: IncomingHttpHeaders) => Object.entries(headers).filter(([name]) => !name.startsWith(':'))

async function* bodyOf(stream: ClientHttp2Stream): AsyncGenerator<Buffer> {
  let bytes = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length
      yield chunk
    }
  } catch (error) {
    throw isOfHttp2(error) ? brokenOff(error, bytes) : error
  }
  if (stream.rstCode || stream.aborted) throw brokenOff(undefined, bytes)
}

/** Whether an error is not one of the connection. */
const isOfHttp2 = (error: unknown) => /^ERR_(HTTP2_|STREAM_PREMATURE_CLOSE)/.test(codeOf(error))

/** @param bytes how much of the body had arrived; undefined before the head */
function brokenOff(error: unknown, bytes?: number): FailureError {
  const reason = error instanceof Error ? `: ${error.message}` : ''
  return new FailureError(
    bytes === undefined
      ? { code: 'response_invalid', message: `The server did not answer with valid HTTP/2${reason}` }
      : { code: 'body_incomplete', message: `The server broke off after ${bytes} bytes of the body${reason}` },
  )
}
