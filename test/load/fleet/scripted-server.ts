import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  text: string
  body: Record<string, unknown>
  /** Number of its connection, from 1. */
  connection: number
  reply(text: string, status?: number): void
  /** Breaks the connection without a response. */
  hangUp(): void
}

/** A server on a real socket whose responses a test controls, request by request. */
export class ScriptedServer {
  /** Responses to paths that the test does not check. */
  readonly always: Record<string, string> = { enroll: '{"node_key":"k-1"}', config: '{}', log: '{}' }
  private readonly server: Server
  private readonly seen: Received[] = []
  private readonly hopes: { path: string; found: (received: Received) => void }[] = []
  private readonly connections = new Map<Socket, number>()

  constructor(identity?: { cert: string; key: string }) {
    const take = (request: Parameters<typeof readBody>[0], response: ServerResponse) =>
      void this.take(request, response)
    this.server = identity ? createSecureServer(identity, take) : createServer(take)
    this.server.on(identity ? 'secureConnection' : 'connection', socket =>
      this.connections.set(socket, this.connections.size + 1),
    )
  }

  async listen(): Promise<string> {
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** The next request to this path, oldest first. */
  next(path: string): Promise<Received> {
    const at = this.seen.findIndex(received => received.path === path)
    const [waiting] = at < 0 ? [] : this.seen.splice(at, 1)
    return waiting ? Promise.resolve(waiting) : new Promise(found => this.hopes.push({ path, found }))
  }

  /** Whether a request to this path is pending. */
  has(path: string) {
    return this.seen.some(received => received.path === path)
  }

  async close() {
    this.server.closeAllConnections()
    await new Promise(resolve => this.server.close(resolve))
  }

  private async take(request: Parameters<typeof readBody>[0], response: ServerResponse) {
    const path = (request.url ?? '').replace(/^\/osquery\//, '')
    const text = await readBody(request).catch(() => undefined)
    if (text === undefined) return // the agent hung up before it had sent everything
    const reply = (answer: string, status = 200) => response.writeHead(status).end(answer)
    const { headers, socket } = request
    const received = {
      ...{ path, headers, text, body: parse(text), connection: this.connections.get(socket) ?? 0 },
      ...{ reply, hangUp: () => void socket.destroy() },
    }
    const hope = this.hopes.findIndex(each => each.path === path)
    if (hope >= 0) this.hopes.splice(hope, 1)[0]?.found(received)
    else if (this.always[path] !== undefined) reply(this.always[path])
    else this.seen.push(received)
  }
}

async function readBody(request: import('node:http').IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  const all = Buffer.concat(parts)
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(all) : all).toString('utf8')
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
