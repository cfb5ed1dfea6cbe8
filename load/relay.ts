import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'

/** How long bytes travel to the server and back, in ms. */
export interface Distance {
  toServerMs: number
  toClientMs: number
}

/** A server as if it were further away. */
export interface Relay {
  /** The URL of the server, through the relay. */
  url: string
  /** Also cuts all connections. */
  stop(): Promise<void>
}

/**
 * Forwards TCP connections to a server on a Unix socket, with a delay in both directions.
 * @param url of a private PostgreSQL or Redis (`startPostgres`, `startRedis`)
 */
export async function startRelay(url: string, { toServerMs, toClientMs }: Distance): Promise<Relay> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, client => {
    const onward = connect(socketOf(url))
    forward(client, onward, toServerMs)
    forward(onward, client, toClientMs)
    for (const socket of [client, onward]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The relay does not listen on a port')
  return {
    url: urlThrough(url, address.port),
    stop() {
      for (const socket of sockets) socket.destroy()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

/** Timers of the same delay fire in the order in which they were set, so nothing is overtaken. */
function forward(from: Socket, to: Socket, delayMs: number) {
  const later = delayMs > 0 ? (work: () => void) => void setTimeout(work, delayMs) : (work: () => void) => work()
  from.on('data', bytes =>
    later(() => {
      if (to.destroyed || to.write(bytes)) return
      from.pause()
      to.once('drain', () => from.resume())
    }),
  )
  from.on('error', () => undefined) // `close` follows
  from.on('close', () => later(() => to.destroySoon()))
}

function socketOf(url: string): string {
  const { protocol, pathname, searchParams } = new URL(url)
  if (protocol === 'unix:') return decodeURIComponent(pathname)
  const folder = searchParams.get('host')
  if (folder === null) throw new Error('The server does not listen on a Unix socket')
  return join(folder, '.s.PGSQL.5432')
}

function urlThrough(url: string, port: number): string {
  if (url.startsWith('unix:')) return `redis://127.0.0.1:${port}`
  const through = new URL(url)
  through.host = `127.0.0.1:${port}`
  through.searchParams.delete('host')
  return through.href
}
