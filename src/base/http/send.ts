import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { type Refused, refusalOf } from '../failure'
import { connectionClosed, destroyOnAbort } from './abort'
import { EMPTY } from './final-head'
import { HEAD_BYTES_MAX } from './head-reader'
import { ResponseStream } from './response-stream'
import { createNotes, type Notes } from './warnings'

/** One HTTP request, without its connection. */
export interface HttpRequest {
  url: URL
  method: string
  headers: Record<string, string>
  body?: Buffer
}

/** What is used of a response, of any version of HTTP. Iterating reads the body, destroying closes the connection. */
export type Response = Pick<
  IncomingMessage,
  'statusCode' | 'statusMessage' | 'headers' | 'headersDistinct' | 'destroy'
> &
  AsyncIterable<Buffer>

/** A response whose head has arrived. */
export interface HttpResponse {
  response: Response
  /** Warnings about the response; reading the body may add more. */
  notes: Notes
}

/**
 * Sends one request with HTTP/1.1 over an open connection (for https, one whose certificate was checked) and waits for the response
 * head. The caller owns the socket, which cannot be reused.
 * @param onFirstByte called when the first byte of the response arrives
 */
export async function send(
  socket: Socket,
  { url, method, headers, body }: HttpRequest,
  signal: AbortSignal,
  onFirstByte: () => void = () => {},
): Promise<HttpResponse | Refused> {
  if (signal.aborted || socket.errored) return refusalOf(socket.errored ?? connectionClosed(), 'first_byte', signal)
  if (socket.destroyed || socket.readableEnded) return { error: EMPTY }
  const notes = createNotes()
  const stream = new ResponseStream(socket, { method, notes, onFirstByte })
  const stop = destroyOnAbort(signal, stream)
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = request({
        createConnection: () => stream,
        method,
        path: url.pathname + url.search,
        setHost: false,
        headers: { host: url.host, ...headers },
        maxHeaderSize: 2 * HEAD_BYTES_MAX, // the stream has its own limit, and rewrites the head
      })
      outgoing.maxHeadersCount = 0
      outgoing.once('response', head => {
        // an error in the body, which Node would report only as "aborted"
        outgoing.on('error', error => head.complete || head.destroy(error))
        resolve(head)
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })
    return { response, notes }
  } catch (error) {
    return refusalOf(error, 'first_byte', signal)
  } finally {
    stop()
  }
}
