import { connect, type Socket } from 'node:net'
import { EventSplitter } from './events'
import { HttpBody } from './http-body'
import type { Sight, Tally } from './tally'

const READ_BYTES = 256 * 1024
/** Shared by all connections of the process, because data is consumed before the next read. */
const readBuffer = Buffer.allocUnsafe(READ_BYTES)

export interface Target {
  host: string
  port: number
  path: string
  headers: Record<string, string>
}

interface Events {
  /** Called with the status once the response head has arrived. */
  onOpen(): void
  onLines(): void
  /** @param retryAfterMs set if the server refused and said when to come back */
  onClose(status: number, retryAfterMs: number | undefined): void
}

/** One connection of a viewer. */
export class Subscriber {
  private readonly socket: Socket
  private readonly body: HttpBody
  private opened = false

  constructor(target: Target, sight: Sight, tally: Tally, events: Events) {
    let hasLines = false
    const splitter = new EventSplitter(sight.look !== 'count', (head, text) => {
      if (!sight.take(head, text)) return
      hasLines = true
      events.onLines()
    })
    this.body = new HttpBody(bytes => splitter.feed(bytes))
    const callback = (count: number, buffer: Uint8Array) => {
      tally.bytes += count
      const { chunks } = this.body
      hasLines = false
      this.body.feed(buffer.subarray(0, count) as Buffer)
      if (hasLines) sight.sawFrames(this.body.chunks - chunks)
      const { status } = this.body
      if (!this.opened && status === 200) {
        this.opened = true
        events.onOpen()
      }
      if (status !== 0 && status !== 200) this.socket.destroy() // otherwise it would be kept alive
      return true
    }
    const { host, port } = target
    this.socket = connect({ host, port, onread: { buffer: readBuffer, callback } })
    this.socket.on('error', () => undefined) // `close` follows
    this.socket.on('close', () => events.onClose(this.body.status, this.body.retryAfterMs))
    this.socket.write(requestOf(target, sight.lastId))
  }

  /** Cuts the connection without closing it properly. */
  kill() {
    this.socket.destroy()
  }
}

function requestOf({ host, port, path, headers }: Target, lastId: string): string {
  const all = { Host: `${host}:${port}`, Accept: 'text/event-stream', ...headers }
  const lines = Object.entries(lastId ? { ...all, 'Last-Event-ID': lastId } : all)
  return `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}
