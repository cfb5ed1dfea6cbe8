import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A plain HTTP/1.1 reverse proxy that forwards everything except WebSockets, like some corporate proxies. */
export async function proxyWithoutWebSockets(target: string) {
  const server = createServer((req, res) => {
    const onward = request(target + (req.url ?? ''), { method: req.method, headers: req.headers }, answer => {
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(res)
    })
    onward.on('error', () => res.destroy())
    res.on('close', () => onward.destroy())
    req.pipe(onward)
  })
  let refused = 0
  server.on('upgrade', (_req, socket) => {
    refused++
    // Node no longer handles errors of this socket, and browsers reset a refused connection when their page closes.
    socket.on('error', () => socket.destroy())
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Upgrades that were answered with 400. */
    refused: () => refused,
    stop() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(resolve))
    },
  }
}
