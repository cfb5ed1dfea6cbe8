import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { refuseSecretsInUrl } from '../access'
import { notFound } from '../base/errors'
import type { Log } from '../base/log'
import type { LatestResponses } from './http-server'
import { logBug, problemOnSocket, toProblem } from './problems'

/** Takes over a connection, or throws a Problem, which is sent to the client. Authenticates the client itself. */
export type Upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void> | void

/**
 * Routes upgrade requests by path. Upgrades to protocols other than WebSocket are ignored, as RFC 9110 section 7.8 allows:
 * `curl --http2` and Java's HttpClient offer `h2c` with every request.
 * @returns the open sockets that Node's server does not track
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
    const destroy = () => socket.destroy() // the client has gone; nothing else to do
    socket.once('close', forget).on('error', destroy)
    if (isWebSocket(req)) return void answer(req, socket, head)
    const proceed = () => {
      forget()
      socket.off('close', forget).off('error', destroy)
      if (!socket.destroyed) serveWithoutUpgrade(server, req, socket, head)
    }
    const previous = responses.get(socket) // Node keeps responses in order only for requests it parses together
    if (previous && !previous.closed) previous.once('close', proceed)
    else proceed()
  })
  return sockets

  async function answer(req: IncomingMessage, socket: Duplex, head: Buffer) {
    try {
      await upgradeFor(req)(req, socket, head)
    } catch (error) {
      const problem = toProblem(error)
      logBug(log, error, problem, req)
      socket.end(problemOnSocket(problem), () => socket.destroy()) // Node no longer applies timeouts to it
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

/** Headers of an upgrade offer, which are also listed in `Connection`. */
const UPGRADE_HEADERS = new Set(['upgrade', 'http2-settings'])

/**
 * Gives the connection back to the server as if the client had not offered an upgrade. Node stops parsing at an upgrade request and leaves
 * its body and anything after it in `head`, so the request has to be written back and parsed again.
 */
function serveWithoutUpgrade(server: Server, req: IncomingMessage, socket: Duplex, head: Buffer) {
  const lines = [`${req.method} ${req.url} HTTP/${req.httpVersion}`]
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const [name = '', value = ''] = req.rawHeaders.slice(i, i + 2)
    const kept = name.toLowerCase() === 'connection' ? withoutUpgrade(value) : value
    if (!UPGRADE_HEADERS.has(name.toLowerCase())) lines.push(`${name}:${kept}`)
  }
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1') // the encoding Node decoded it with
  socket.unshift(Buffer.concat([bytes, head]))
  server.emit('connection', socket)
}

const withoutUpgrade = (connection: string) =>
  connection
    .split(',')
    .filter(option => !UPGRADE_HEADERS.has(option.trim().toLowerCase()))
    .join(',')
