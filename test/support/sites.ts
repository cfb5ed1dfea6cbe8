import { once } from 'node:events'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net'
import { createServer as createTls, type TlsOptions } from 'node:tls'

/** A server on a free loopback port. */
export interface Site {
  port: number
  /** URL with the name `localhost`. */
  url(path?: string): string
}

const running = new Set<{ server: Server; sockets: Set<Socket> }>()

export const httpSite = (listener: RequestListener) => open(createHttp(listener), 'http')
export const httpsSite = (options: TlsOptions, listener: RequestListener = (_ask, answer) => void answer.end('ok')) =>
  open(createHttps(options, listener), 'https')
/** A raw TCP server that only sends what `talk` writes. */
export const tcpSite = (talk: (socket: Socket) => void) => open(createTcp(talk), 'http')
export const tlsSite = (options: TlsOptions, talk: (socket: Socket) => void) => open(createTls(options, talk), 'https')

/** Closes all sites and their connections; for `afterEach`. */
export async function closeSites() {
  for (const { server, sockets } of running) {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  }
  running.clear()
}

async function open(server: Server, scheme: string): Promise<Site> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}) // tests break connections on purpose
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => {})
  server.on('secureConnection', (socket: Socket) => socket.on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  running.add({ server, sockets })
  const { port } = server.address() as AddressInfo
  return { port, url: (path = '/') => `${scheme}://localhost:${port}${path}` }
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
