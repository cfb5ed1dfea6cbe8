import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { refuseSecretsInUrl } from '../access'
import { notFound, Problem } from '../base/errors'
import type { Log } from '../base/log'
import { logBug, problemOnSocket, toProblem } from './problems'

/** Takes a connection over, or throws a Problem, which is answered. It authenticates by itself. */
export type Upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void> | void

/**
 * Hands upgrade requests to whoever has that path.
 * @returns the sockets that were handed over, which Node's server forgets
 */
export function serveUpgrades(server: Server, upgrades: Record<string, Upgrade>, log: Log): Set<Duplex> {
  const sockets = new Set<Duplex>()
  server.on('upgrade', (req, socket, head) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy()) // a peer that vanishes is no event of ours
    void answer(req, socket, head)
  })
  return sockets

  async function answer(req: IncomingMessage, socket: Duplex, head: Buffer) {
    try {
      await upgradeFor(req)(req, socket, head)
    } catch (error) {
      const problem = toProblem(error)
      logBug(log, error, problem, req)
      socket.end(problemOnSocket(problem))
    }
  }

  function upgradeFor({ url = '', headers }: IncomingMessage): Upgrade {
    refuseSecretsInUrl(url)
    if (headers.upgrade?.toLowerCase() !== 'websocket')
      throw new Problem(400, 'invalid_request', 'Only an upgrade to websocket is possible.')
    const path = url.split('?', 1)[0] ?? ''
    const upgrade = Object.hasOwn(upgrades, path) ? upgrades[path] : undefined
    if (!upgrade) throw notFound('WebSocket')
    return upgrade
  }
}
