import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { createServer } from 'node:tls'
import type { Log } from '../base/log'
import { readPem, type TlsFiles, watchPem } from './certificate-files'

/** First byte of a TLS connection (RFC 8446 section 5.1: a handshake record); no HTTP request starts with it. */
const HANDSHAKE = 0x16
/** Limit for the first byte to arrive, and again for the handshake. */
const HANDSHAKE_TIMEOUT_MS = 20_000

/** Serves TLS and plain HTTP on the same port. */
export interface TlsFront {
  /** @throws StartError */
  start(): Promise<void>
  /** Closes connections not yet handed to the HTTP server. */
  stop(): void
}

/**
 * Tells TLS from plain HTTP by the first byte of each connection. After its handshake, a TLS connection is handed to the same HTTP server,
 * so that requests, upgrades, timeouts, counts and shutdown work alike for both.
 * @param pollMs how often the certificate files are checked for changes
 */
export function serveTls(server: Server, files: TlsFiles, log: Log, pollMs?: number): TlsFront {
  const plain = server.listeners('connection') as ((socket: Socket) => void)[]
  const accept = (socket: Socket) => {
    for (const listener of plain) listener.call(server, socket)
  }
  /** Connections that have not sent a byte or finished their handshake yet. */
  const pending = new Map<string, Socket>()
  const secure = createServer(
    { minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'], handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
    accept,
  )
  // a failed handshake is the client's problem: a scanner, or an agent that trusts another CA
  secure.on('tlsClientError', (_error, socket) => socket.destroy())
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const key = connectionKey(socket)
    pending.set(key, socket)
    const forget = () => pending.delete(key)
    const fail = () => socket.destroy()
    socket.once('close', forget).once('error', fail).setTimeout(HANDSHAKE_TIMEOUT_MS, fail)
    socket.once('readable', () => {
      const first: Buffer | null = socket.read()
      if (!first) return fail() // closed without sending anything
      socket.unshift(first)
      socket.off('error', fail).setTimeout(0).off('timeout', fail)
      if (first[0] === HANDSHAKE) {
        socket.allowHalfOpen = false // as on an https server: a client that hangs up during the handshake is dropped at once
        return secure.emit('connection', socket)
      }
      forget()
      return accept(socket)
    })
  })
  secure.on('secureConnection', socket => pending.delete(connectionKey(socket)))
  let unwatch = () => {}
  return {
    async start() {
      secure.setSecureContext(await readPem(files))
      unwatch = watchPem(files, log, pem => secure.setSecureContext(pem), pollMs)
    },
    stop() {
      unwatch()
      for (const socket of pending.values()) socket.destroy()
    },
  }
}

/** Identical for a TCP connection and the TLS connection on top of it. */
const connectionKey = ({ remoteAddress, remotePort, localAddress }: Socket) =>
  `${remoteAddress} ${remotePort} ${localAddress}`
