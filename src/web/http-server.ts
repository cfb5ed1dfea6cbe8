import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { Problem } from '../base/errors'
import { KEEP_ALIVE_MS, latestResponses as latest } from '../base/http/take-over'

/** Time to receive the headers, and the whole request. Responses have no limit. */
const HEADERS_MS = 20_000
const REQUEST_MS = 120_000

export function createHttpServer(listener: RequestListener): Server {
  const timeouts = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS }
  // Node's own response to a request without Host has no body, see `requireHost`
  const server = createServer({ ...timeouts, noDelay: true, requireHostHeader: false }, listener)
  // by default Node silently drops headers beyond a number, Content-Length included; their total size is limited anyway
  server.maxHeadersCount = 0
  return server
}

export type LatestResponses = Pick<WeakMap<Duplex, ServerResponse>, 'get'>

/** The latest response on each connection, finished or not, unless it was taken over. */
export function latestResponses(server: Server): LatestResponses {
  server.on('request', (req, res) => latest.set(req.socket, res))
  return latest
}

/** @throws Problem that says which setting to change */
export function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(startProblem(error, port, host))
    server.once('error', fail)
    server.listen({ port, host }, () => {
      server.off('error', fail)
      resolve()
    })
  })
}

function startProblem(error: NodeJS.ErrnoException, port: number, host: string): unknown {
  const details: Record<string, string> = {
    EADDRINUSE: `Port ${port} on ${host} is already in use. Set PORT to a free port, or to 0 for any free port.`,
    EACCES: `This user may not listen on port ${port}. Set PORT to 1024 or above.`,
    EADDRNOTAVAIL: `This machine does not have the address ${host}. Set HOST to one of its addresses, such as 127.0.0.1 or 0.0.0.0.`,
    ENOTFOUND: `The name ${host} cannot be resolved. Set HOST to an address of this machine.`,
  }
  const detail = error.code && details[error.code]
  return detail ? new Problem(503, 'cannot_listen', detail) : error
}

/** A URL that works in a browser on this machine. */
export function addressOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo
  const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return `http://${family === 'IPv6' && host.includes(':') ? `[${host}]` : host}:${port}`
}

/**
 * Stops accepting connections, lets running requests finish, and closes whatever is left after `timeoutMs`.
 * @param upgraded sockets of upgraded connections, which Node's server no longer tracks
 */
export async function closeServer(server: Server, upgraded: Set<Duplex>, timeoutMs: number): Promise<void> {
  if (!server.listening) return
  const closed = new Promise<void>(resolve => void server.close(() => resolve()))
  const closeIdle = () => server.closeIdleConnections()
  closeIdle()
  // a keep-alive connection becomes idle once its last response is sent
  const idle = setInterval(closeIdle, 50)
  const deadline = setTimeout(() => {
    for (const socket of upgraded) socket.destroy()
    server.closeAllConnections()
  }, timeoutMs)
  await closed
  clearInterval(idle)
  clearTimeout(deadline)
}
