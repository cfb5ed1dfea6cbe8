import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

type Handler = (req: IncomingMessage, res: ServerResponse, url: URL) => void
type MessageHandler = (socket: WebSocket, message: Record<string, unknown>) => void

/** A server that responds as the test scripts it, and records requests. */
export interface ScriptedServer {
  baseUrl: string
  requests: Array<{ url: URL; lastEventId: string | undefined; authorization: string | undefined }>
  /** Handlers of the next stream and poll requests, in turn. The last one stays. */
  handlers: Handler[]
  onMessage: MessageHandler
  /** Whether WebSocket handshakes are refused, and how many were. */
  handshakes: { areRefused: boolean; refused: number }
  stop(): Promise<void>
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const handshakes = { areRefused: false, refused: 0 }
  const scripted: ScriptedServer = {
    baseUrl: '',
    requests: [],
    handlers: [],
    onMessage: () => undefined,
    handshakes,
    stop,
  }
  const server: Server = createServer((req, res) => {
    const url = new URL(req.url ?? '', 'http://localhost')
    if (url.pathname === '/healthz') return void res.end('{}')
    if (url.pathname === '/api/tickets') return void res.end('{"ticket":"once"}')
    const lastEventId = req.headers['last-event-id']
    scripted.requests.push({ url, lastEventId: lastEventId?.toString(), authorization: req.headers.authorization })
    const handler = scripted.handlers.length > 1 ? scripted.handlers.shift() : scripted.handlers[0]
    handler?.(req, res, url)
  })
  const verifyClient = () => {
    if (handshakes.areRefused) handshakes.refused++
    return !handshakes.areRefused
  }
  const sockets = new WebSocketServer({ server, path: '/ws/stream', verifyClient })
  sockets.on('connection', socket => {
    socket.on('message', data => scripted.onMessage(socket, JSON.parse(String(data))))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  scripted.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return scripted

  async function stop() {
    for (const client of sockets.clients) client.terminate()
    sockets.close()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

export const line = (seq: number, number = seq) => ({
  seq,
  line: number,
  timestamp: '2026-01-01T00:00:00.000Z',
  level: 'info',
  step: null,
  attempt: 1,
  message: `line ${number}`,
  source: null,
})

/** A `logs` event with the lines `from` to `to` of a topic. */
export function logs(topic: string, from: number, to: number, id = `e.${to}`) {
  const lines = Array.from({ length: to - from + 1 }, (_, i) => line(from + i))
  return { event: 'logs', id, data: { logs: lines, meta: { topic, first_seq: from, last_seq: to, history: false } } }
}

interface SentEvent {
  event: string
  id: string
  data: unknown
}

const sseText = ({ event, id, data }: SentEvent) => `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`

/** Responds with a stream of these events, and closes it unless `isOpen`. */
export const streamOf =
  (events: SentEvent[], { isOpen = false, retryMs = 1 } = {}): Handler =>
  (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    res.write(`retry: ${retryMs}\n\n${events.map(sseText).join('')}`)
    if (!isOpen) res.end()
  }

export const statusOnly =
  (status: number, body: unknown = {}, headers: Record<string, string> = {}): Handler =>
  (_req, res) => {
    res.writeHead(status, headers)
    res.end(status === 204 ? undefined : JSON.stringify(body))
  }
