import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Access } from '../../access'
import type { Principal } from '../../api'
import { Problem } from '../../base/errors'
import type { Hub } from '../hub'
import type { StreamMetrics } from '../metrics'
import type { ConnectionSettings } from './connection'
import type { Connections } from './connections'
import { SocketConnection } from './websocket'

export interface SocketDeps {
  access: Pick<Access, 'authenticate' | 'useTicket' | 'isForeign' | 'streamSlots'>
  clientIp(req: IncomingMessage): string
  hub: Hub
  connections: Connections
  metrics: StreamMetrics
  settings: ConnectionSettings
}

/** Takes over the connection of an upgrade request. @throws Problem */
export type OpenSocket = (req: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>

const MESSAGE_BYTES_MAX = 64 * 1024

/** Serves streams over WebSockets, with the same filters, ids and limits as server-sent events. */
export function createSocketServer({ access, clientIp, hub, connections, metrics, settings }: SocketDeps): OpenSocket {
  const server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false })
  return async (req, socket, head) => {
    const { principal, topics } = await authenticate(access, req)
    const release = access.streamSlots.take(principal, clientIp(req))
    if (typeof release === 'string') throw new Problem(429, 'too_many_streams', 'Too many streams are open.')
    // The client may have gone during authentication.
    if (socket.destroyed) return release()
    socket.once('close', release)
    server.handleUpgrade(req, socket, head, opened => {
      const { tenantId, credentialId, role } = principal
      connections.add(new SocketConnection(opened, { tenantId, credentialId, role, topics }, hub, settings, metrics))
    })
  }
}

async function authenticate(
  access: SocketDeps['access'],
  req: IncomingMessage,
): Promise<{ principal: Principal; topics?: readonly string[] }> {
  const ticket = new URL(req.url ?? '/', 'http://localhost').searchParams.get('ticket')
  if (ticket !== null) return access.useTicket(ticket)
  // Browsers let any page open a WebSocket with the user's cookie, so the origin is checked here.
  if (access.isForeign(req)) throw new Problem(403, 'foreign_origin', 'This page may not open streams here.')
  return { principal: await access.authenticate(req) }
}
