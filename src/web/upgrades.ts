import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { refuseSecretsInUrl } from '../access'
import { notFound } from '../base/errors'
import type { Log } from '../base/log'
import type { LatestResponses } from './http-server'
import { logBug, problemOnSocket, toProblem } from './problems'

/** Takes a connection over, or throws a Problem, which is answered. It authenticates by itself. */
export type Upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void> | void

/**
 * Hands upgrade requests to whoever has that path. An offer of any other protocol than WebSocket is ignored, as RFC 9110 section 7.8 allows:
 * `curl --http2` and Java's HttpClient offer `h2c` with every request.
 * @returns the sockets that Node's server does not know (any more)
 */
export function serveUpgrades(
  server: Server,
  upgrades: Record<string, Upgrade>,
  responses: LatestResponses,
  log: Log,
): Set<Duplex> {
  const sockets = new Set<Duplex>()
  server.on('upgrade', (req, socket, head) => {
    sockets.add(socket)
    const forget = () => sockets.delete(socket)
    const destroy = () => socket.destroy() // a peer that vanishes is no event of ours
    socket.once('close', forget).on('error', destroy)
    if (isWebSocket(req)) return void answer(req, socket, head)
    const goOn = () => {
      forget()
      socket.off('close', forget).off('error', destroy)
      if (!socket.destroyed) serveWithoutUpgrade(server, req, socket, head)
    }
    const previous = responses.get(socket) // Node keeps the order only of requests that it parses in one go
    if (previous && !previous.closed) previous.once('close', goOn)
    else goOn()
  })
  return sockets

  async function answer(req: IncomingMessage, socket: Duplex, head: Buffer) {
    try {
      await upgradeFor(req)(req, socket, head)
    } catch (error) {
      const problem = toProblem(error)
      logBug(log, error, problem, req)
      socket.end(problemOnSocket(problem), () => socket.destroy()) // Node has no timeouts for it any more
    }
  }

  function upgradeFor({ url = '' }: IncomingMessage): Upgrade {
    refuseSecretsInUrl(url)
    const path = url.split('?', 1)[0] ?? ''
    const upgrade = Object.hasOwn(upgrades, path) ? upgrades[path] : undefined
    if (!upgrade) throw notFound('WebSocket')
    return upgrade
  }
}

const isWebSocket = ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket'

/** Belong to the offer, and are named in `Connection`. */
const OFFER = new Set(['upgrade', 'http2-settings'])

/**
 * Gives the connection back to the server as if its client had offered nothing. Node stops parsing at an upgrade request and leaves its body
 * and whatever follows in `head`; once it has decided so, that request can only be parsed again.
 */
function serveWithoutUpgrade(server: Server, req: IncomingMessage, socket: Duplex, head: Buffer) {
  const lines = [`${req.method} ${req.url} HTTP/${req.httpVersion}`]
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const [name = '', value = ''] = req.rawHeaders.slice(i, i + 2)
    const kept = name.toLowerCase() === 'connection' ? withoutOffer(value) : value
    if (!OFFER.has(name.toLowerCase())) lines.push(`${name}:${kept}`)
  }
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1') // as Node has decoded it
  socket.unshift(Buffer.concat([bytes, head]))
  server.emit('connection', socket)
}

const withoutOffer = (connection: string) =>
  connection
    .split(',')
    .filter(option => !OFFER.has(option.trim().toLowerCase()))
    .join(',')
