import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Problem } from '../errors'

/** Longer than the 60 s for which load balancers keep idle connections, so that they close them, not this server. */
export const KEEP_ALIVE_MS = 65_000

/** The latest response on each connection, finished or not, unless it was taken over. */
export const latestResponses = new WeakMap<Duplex, ServerResponse>()

const taken = new WeakSet<Duplex>()

/** Whether the response under way on a connection was taken over, so that no other may be sent. */
export const isTakenOver = (socket: Duplex): boolean => taken.has(socket)

/** A connection whose response is written by hand. */
export interface TakenOver {
  socket: Socket
  /** Whether the client understands chunks. Otherwise, the end of the connection ends the response. */
  isChunked: boolean
  /** Ends the response: the connection is ready for the next request, or closes if the client does not want that. */
  end(): void
}

/**
 * Sends the head of a response without a length and takes its connection from Node's HTTP server, which lets go of request
 * and response: together with what express adds, they would hold 8 KiB as long as a stream is open. The request must have
 * no body.
 * @throws Problem 400 if another request was pipelined behind this one, which would have to wait for the end of the stream
 */
export function takeOver(res: ServerResponse): TakenOver {
  const { socket } = res
  if (!socket || latestResponses.get(socket) !== res)
    throw new Problem(400, 'pipelined', 'No request may follow on the same connection before the stream has ended.')
  const isChunked = res.useChunkedEncodingByDefault
  const isKept = isChunked && res.shouldKeepAlive && res.getHeader('connection') !== 'close'
  latestResponses.delete(socket)
  taken.add(socket)
  const parsing = socket.listeners('data') as ((bytes: Buffer) => void)[]
  const held = new HeldConnection(socket, isChunked, isKept, parsing)
  socket.write(headOf(res, isChunked, isKept), 'latin1')
  res.emit('finish') // as if it had ended: Node forgets it and its request
  socket.setTimeout(0)
  return held
}

class HeldConnection implements TakenOver {
  constructor(
    readonly socket: Socket,
    readonly isChunked: boolean,
    private isKept: boolean,
    private readonly parsing: readonly ((bytes: Buffer) => void)[],
  ) {
    socket.on('data', this.onData) // from now on Node passes what it reads to listeners rather than parsing it
    for (const parse of parsing) socket.off('data', parse)
  }

  end() {
    const { socket } = this
    if (this.isChunked) socket.write('0\r\n\r\n')
    if (!this.isKept) return void socket.end()
    socket.off('data', this.onData)
    for (const parse of this.parsing) socket.on('data', parse)
    socket.setTimeout(KEEP_ALIVE_MS)
    taken.delete(socket)
  }

  /** A request that came too early was not read, so none after it can be. */
  private readonly onData = () => {
    this.isKept = false
  }
}

function headOf(res: ServerResponse, isChunked: boolean, isKept: boolean): string {
  const lines = [`HTTP/1.1 ${res.statusCode} ${STATUS_CODES[res.statusCode]}`]
  for (const name of res.getHeaderNames())
    if (name !== 'connection') for (const value of [res.getHeader(name)].flat()) lines.push(`${name}: ${value}`)
  lines.push(`Date: ${new Date().toUTCString()}`)
  lines.push(
    ...(isKept ? ['Connection: keep-alive', `Keep-Alive: timeout=${KEEP_ALIVE_MS / 1_000}`] : ['Connection: close']),
  )
  if (isChunked) lines.push('Transfer-Encoding: chunked')
  return `${lines.join('\r\n')}\r\n\r\n`
}
