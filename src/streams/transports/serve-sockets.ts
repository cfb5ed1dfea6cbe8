import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Principal, StreamSlots } from '../../access'
import { Problem } from '../../base/errors'
import type { Hub } from '../hub'
import type { StreamMetrics } from '../metrics'
import type { ConnectionSettings } from './connection'
import type { Connections } from './connections'
import { SocketConnection } from './websocket'

/** What opens the door for a WebSocket. */
interface SocketAccess {
  authenticate(req: IncomingMessage): Promise<Principal>
  useTicket(ticket: string): Promise<{ principal: Principal; topics: readonly string[] }>
  isForeign(req: IncomingMessage): boolean
  clientIp(req: IncomingMessage): string
}

export interface Sockets {
  access: SocketAccess
  /** Answers the upgrades of this server. */
  attach(server: Server): void
}

interface SocketDeps extends SocketAccess {
  hub: Hub
  connections: Connections
  metrics: StreamMetrics
  slots: StreamSlots
  settings: Omit<ConnectionSettings, 'heartbeatMs'> & { heartbeatMs: number }
}

const PATHS = new Set(['/ws/stream', '/ws/dashboard'])
const MESSAGE_BYTES_MAX = 64 * 1024

/** WebSockets beside the server-sent events: the same hub, filters, ids and limits. */
export function serveSockets(deps: SocketDeps): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false })
  const upgrade = async (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    try {
      const { principal, topics } = await admit(deps, req)
      const release = deps.slots.take(principal, deps.clientIp(req))
      if (typeof release === 'string') throw new Problem(429, 'too_many_streams', 'Too many streams are open.')
      server.handleUpgrade(req, socket, head, opened => {
        const { hub, settings, metrics, connections } = deps
        const admitted = { tenantId: principal.tenantId, credentialId: principal.credentialId, topics }
        const connection = new SocketConnection(opened, admitted, hub, settings, metrics)
        connection.whenClosed(release)
        connections.add(connection)
      })
    } catch (error) {
      refuse(
        socket,
        error instanceof Problem ? error : new Problem(503, 'unavailable', 'The stream cannot be opened now.'),
      )
    }
  }
  return {
    access: deps,
    attach: httpServer => void httpServer.on('upgrade', (req, socket, head) => void upgrade(req, socket, head)),
  }
}

async function admit(
  deps: SocketDeps,
  req: IncomingMessage,
): Promise<{ principal: Principal; topics?: readonly string[] }> {
  const url = new URL(req.url ?? '/', 'http://localhost')
  if (!PATHS.has(url.pathname)) throw new Problem(404, 'not_found', 'There is no WebSocket here. Use /ws/stream.')
  const ticket = url.searchParams.get('ticket')
  if (ticket !== null) return deps.useTicket(ticket)
  // Browsers let any page open a WebSocket with the visitor's cookie, so the page's origin is checked here.
  if (deps.isForeign(req)) throw new Problem(403, 'foreign_origin', 'This page may not open streams here.')
  return { principal: await deps.authenticate(req) }
}

function refuse(socket: Duplex, { status, code, detail, headers }: Problem) {
  const body = JSON.stringify({ type: 'about:blank', title: code, status, code, detail, errors: [] })
  const extra = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  socket.on('error', () => undefined) // the client has gone already
  socket.end(
    `HTTP/1.1 ${status} ${code}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${extra}Connection: close\r\n\r\n${body}`,
  )
}
