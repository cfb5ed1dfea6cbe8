import type { TLSSocket } from 'node:tls'
import { deadline, isLate } from '../../../../base/deadline'
import { type Failure, refusalOf } from '../../../../base/failure'

/** How long a server has to refuse. Nearly all tell sooner that they do not, by a ticket. */
const WAIT_MS = 1_000
/** A ticket for the next connection, and other ends of waiting. */
const EVENTS = ['session', 'end', 'close', 'error'] as const

/**
 * Whether the server refuses to talk to a client without certificate. With TLS 1.3, the handshake is complete for the
 * client before it learns that (RFC 8446 section 4.4.2.4); until then it waits here.
 * @throws the reason of an aborted signal, unless that was a deadline
 */
export async function clientRefusal(socket: TLSSocket, protocol: string, signal: AbortSignal): Promise<Failure[]> {
  if (protocol !== 'TLSv1.3') return []
  const limit = deadline(signal, WAIT_MS)
  if (!isDecided(socket)) await decided(socket, limit.signal)
  limit.end()
  if (limit.signal.aborted && !isLate(limit.signal)) throw limit.signal.reason
  return socket.errored ? [refusalOf(socket.errored, 'tls', new AbortController().signal).error] : []
}

const isDecided = (socket: TLSSocket) =>
  socket.getTLSTicket() !== undefined || socket.destroyed || socket.readableEnded || Boolean(socket.errored)

function decided(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      for (const event of EVENTS) socket.off(event, done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    for (const event of EVENTS) socket.on(event, done)
    signal.addEventListener('abort', done, { once: true })
    if (signal.aborted) done()
    else socket.resume() // what it sends does not matter, but that it ends does
  })
}
