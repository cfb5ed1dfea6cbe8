import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { createServer } from 'node:tls'
import type { Log } from '../base/log'
import { readPem, type TlsFiles, watchPem } from './certificate-files'

/** First byte of a TLS connection (RFC 8446 section 5.1: a record of type handshake); no HTTP request begins so. */
const HANDSHAKE = 0x16
/** For the first byte, and for the handshake. */
const HELLO_MS = 20_000

/** Speaks TLS on the port of an HTTP server, beside plain HTTP. */
export interface TlsFront {
  /** @throws StartError */
  start(): Promise<void>
  /** Ends what is not yet a connection of the HTTP server. */
  stop(): void
}

/**
 * Lets the first byte of each connection decide. A TLS connection becomes one of the same HTTP server once its handshake is done, so that
 * requests, upgrades, timeouts, counts and closing are the same for both.
 * @param lookMs how often the files are looked at for renewal
 */
export function serveTls(server: Server, files: TlsFiles, log: Log, lookMs?: number): TlsFront {
  const plain = server.listeners('connection') as ((socket: Socket) => void)[]
  const accept = (socket: Socket) => {
    for (const listener of plain) listener.call(server, socket)
  }
  /** Connections whose handshake, or first byte, is not yet there. */
  const early = new Map<string, Socket>()
  const secure = createServer(
    { minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'], handshakeTimeout: HELLO_MS },
    accept,
  )
  // a failed handshake is the client's matter: a scanner, an agent with another authority
  secure.on('tlsClientError', (_error, socket) => socket.destroy())
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const end = endOf(socket)
    early.set(end, socket)
    const forget = () => early.delete(end)
    const fail = () => socket.destroy()
    socket.once('close', forget).once('error', fail).setTimeout(HELLO_MS, fail)
    socket.once('readable', () => {
      const first: Buffer | null = socket.read()
      if (!first) return fail() // it ended without a word
      socket.unshift(first)
      socket.off('error', fail).setTimeout(0).off('timeout', fail)
      if (first[0] === HANDSHAKE) {
        socket.allowHalfOpen = false // as on an https server: who hangs up during the handshake is gone at once
        return secure.emit('connection', socket)
      }
      forget()
      return accept(socket)
    })
  })
  secure.on('secureConnection', socket => early.delete(endOf(socket)))
  let unwatch = () => {}
  return {
    async start() {
      secure.setSecureContext(await readPem(files))
      unwatch = watchPem(files, log, pem => secure.setSecureContext(pem), lookMs)
    },
    stop() {
      unwatch()
      for (const socket of early.values()) socket.destroy()
    },
  }
}

/** The same for a connection and for the TLS on it. */
const endOf = ({ remoteAddress, remotePort, localAddress }: Socket) => `${remoteAddress} ${remotePort} ${localAddress}`
