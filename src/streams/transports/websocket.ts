import type { WebSocket } from 'ws'
import { badRequest, Problem } from '../../base/errors'
import { faultsOf, type z } from '../../base/parse'
import type { Role } from '../../contract/access'
import { type StreamQuery, socketMessage } from '../../contract/streams'
import { TOPICS_MAX } from '../../contract/values'
import { controlEvent, type Frame, socketText, type WireEvent } from '../frame'
import type { Hub } from '../hub'
import type { StreamMetrics } from '../metrics'
import { formatPosition } from '../position'
import { Reader } from '../reader'
import { readSubscription } from '../subscription'
import { Connection, type ConnectionSettings } from './connection'

/** When more than this is buffered, readers pause until the client has caught up. */
const BUFFERED_BYTES_MAX = 64 * 1024

type Subscribe = Extract<z.output<typeof socketMessage>, { op: 'subscribe' }>

interface Admitted {
  tenantId: string
  credentialId: string
  role: Role
  /** The topics of a ticket; undefined: all of the tenant. */
  topics?: readonly string[] | undefined
}

/** Sends the same events as JSON messages. Topics can be added and removed while it is open. */
export class SocketConnection extends Connection {
  /** By topic: its reader, or the request until the topic is joined. */
  private readonly subscribed = new Map<string, Reader | Subscribe>()

  constructor(
    private readonly socket: WebSocket,
    private readonly admitted: Admitted,
    private readonly hub: Hub,
    settings: ConnectionSettings,
    metrics: StreamMetrics,
  ) {
    super(admitted.credentialId, settings, metrics, 'websocket')
    socket.on('message', (data, isBinary) => void this.receive(isBinary ? '' : String(data)))
    socket.on('close', () => this.close('client'))
    socket.on('error', () => socket.terminate())
  }

  send(reader: Reader, frame: Frame) {
    for (const text of frame.socket) this.write(text)
    if (reader.isClosed) this.forget(reader)
  }

  sendOwn(reader: Reader, events: WireEvent[]) {
    const { epoch } = reader.feed.head
    for (const event of events) this.write(socketText(event, formatPosition({ epoch, seq: event.seq })))
  }

  ended(reader: Reader) {
    this.forget(reader)
  }

  protected ping() {
    if (this.readers.length === 0) this.write(socketText(controlEvent('ping', {}), null))
    for (const reader of this.readers)
      this.write(socketText(controlEvent('ping', { topic: reader.feed.topic.name }), reader.position))
  }

  protected finish(retryMs: number | undefined) {
    // 1012: service restart, so reconnect; 1008: no longer allowed (RFC 6455 section 7.4.1 and the IANA registry)
    if (retryMs !== undefined)
      this.socket.send(socketText(controlEvent('retry', { retry_ms: Math.round(retryMs) }), null))
    this.socket.close(retryMs === undefined ? 1008 : 1012)
  }

  protected destroy() {
    this.socket.terminate()
  }

  private write(text: string) {
    this.socket.send(text, () => {
      if (this.writable || this.socket.bufferedAmount >= BUFFERED_BYTES_MAX) return
      this.socket.resume()
      this.drained()
    })
    const hasRoom = this.socket.bufferedAmount < BUFFERED_BYTES_MAX
    // A client that does not read responses must not send more requests.
    if (!hasRoom) this.socket.pause()
    this.wrote(hasRoom)
  }

  private forget(reader: Reader) {
    const at = this.readers.indexOf(reader)
    if (at >= 0) this.readers.splice(at, 1)
    this.subscribed.delete(reader.feed.topic.name)
  }

  private async receive(text: string) {
    const message = socketMessage.safeParse(jsonOf(text))
    if (!message.success) return this.sendError('invalid_request', badRequest(faultsOf(message.error, '')).errors)
    if (message.data.op === 'subscribe') return this.subscribe(message.data)
    const reader = this.subscribed.get(message.data.topic)
    this.subscribed.delete(message.data.topic)
    if (!(reader instanceof Reader)) return
    reader.close()
    this.forget(reader)
  }

  private async subscribe(message: Subscribe) {
    const { topic, after, filter } = message
    if (this.subscribed.has(topic)) return
    if (this.subscribed.size >= TOPICS_MAX)
      return this.sendError('too_many_topics', [
        { path: 'topic', message: `At most ${TOPICS_MAX} topics on one connection.` },
      ])
    if (this.admitted.topics && !this.admitted.topics.includes(topic))
      return this.sendError('forbidden', [{ path: 'topic', message: 'The ticket is not for this topic.' }])
    this.subscribed.set(topic, message)
    try {
      const query = { ...filter, after: after ?? undefined } as StreamQuery
      const subscription = readSubscription([topic], query, undefined)
      const { reader, begin } = await this.hub.join(
        { tenantId: this.admitted.tenantId, name: topic },
        { filter: subscription.filter, role: this.admitted.role },
        subscription.starts[0] ?? { limit: 0 },
        this,
      )
      if (this.isClosed || this.subscribed.get(topic) !== message) return reader.close()
      this.subscribed.set(topic, reader)
      this.readers.push(reader)
      begin()
    } catch (error) {
      if (this.subscribed.get(topic) === message) this.subscribed.delete(topic)
      if (error instanceof Problem)
        return this.sendError(
          error.code,
          error.errors.length ? error.errors : [{ path: 'topic', message: error.detail }],
          topic,
        )
      this.sendError('unavailable', [{ path: 'topic', message: 'The topic cannot be read now. Try again.' }], topic)
    }
  }

  private sendError(code: string, errors: { path: string; message: string }[], topic?: string) {
    if (!this.isClosed) this.write(socketText(controlEvent('error', { code, topic, errors }), null))
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
