import { once } from 'node:events'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net'
import { createServer as createTls, type TlsOptions } from 'node:tls'

/** A server on a free loopback port. */
export interface Site {
  port: number
  /** URL with the name `localhost`. */
  url(path?: string): string
  /** Connections that were opened so far. */
  connections(): number
  /** Also closes its connections. */
  close(): Promise<void>
}

const running = new Set<Site>()

export const httpSite = (listener: RequestListener, address?: string) => open(createHttp(listener), 'http', address)
export const httpsSite = (
  options: TlsOptions,
  listener: RequestListener = (_ask, answer) => void answer.end('ok'),
  address?: string,
) => open(createHttps(options, listener), 'https', address)
/** Speaks HTTP/2 only. */
export const http2Site = (
  options: TlsOptions,
  listener: (ask: Http2ServerRequest, answer: Http2ServerResponse) => void = (_ask, answer) => void answer.end('ok'),
) => open(createSecureServer(options, listener), 'https')
/** A raw TCP server that only sends what `talk` writes. */
export const tcpSite = (talk: (socket: Socket) => void) => open(createTcp(talk), 'http')
export const tlsSite = (options: TlsOptions, talk: (socket: Socket) => void) => open(createTls(options, talk), 'https')

/** Closes all sites and their connections; for `afterEach`. */
export async function closeSites() {
  for (const site of running) await site.close()
}

async function open(server: Server, scheme: string, host = '127.0.0.1'): Promise<Site> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {}) // tests break connections on purpose
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => {})
  server.on('secureConnection', (socket: Socket) => socket.on('error', () => {}))
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const site: Site = {
    port,
    url: (path = '/') => `${scheme}://localhost:${port}${path}`,
    connections: () => connections,
    async close() {
      if (!running.delete(site)) return
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  running.add(site)
  return site
}

/** A loopback port on which nothing is listening. */
export async function deadPort(): Promise<number> {
  const server = createTcp().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
