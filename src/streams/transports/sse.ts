import type { TakenOver } from '../../base/http/take-over'
import { controlEvent, type Frame, httpChunk, sseText, type WireEvent } from '../frame'
import type { StreamMetrics } from '../metrics'
import { compositeFormat, formatPosition } from '../position'
import type { Reader } from '../reader'
import { Connection, type ConnectionSettings, closeWith } from './connection'

export const SSE_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
}

const RETRY_MIN_MS = 1_000
const RETRY_SPREAD_MS = 2_000

/** A different time for each client, so that they do not all reconnect at once. */
export const randomRetry = () => Math.round(RETRY_MIN_MS + Math.random() * RETRY_SPREAD_MS)

/**
 * Server-sent events over HTTP/1.1. With one topic frames are shared bytes; with several each event has a composite
 * id.
 */
export class SseConnection extends Connection {
  private readonly composite: ((positions: readonly string[]) => string) | undefined
  private client: TakenOver | undefined

  constructor(
    topics: readonly string[],
    credentialId: string,
    settings: ConnectionSettings,
    metrics: StreamMetrics,
    /** `/api/stream` always uses composite ids, even for one topic. */
    multiplexed: boolean,
  ) {
    super(credentialId, settings, metrics, 'sse')
    this.composite = multiplexed ? compositeFormat(topics) : undefined
  }

  /** @param client whose head was sent */
  open(client: TakenOver) {
    this.client = client
    const { socket } = client
    const onDrain = () => this.drained()
    socket.on('drain', onDrain)
    this.whenClosed(() => socket.off('drain', onDrain))
    this.whenClosed(closeWith(socket, this))
    this.write(httpChunk(`retry: ${randomRetry()}\n\n`))
  }

  send(reader: Reader, frame: Frame) {
    this.write(this.composite ? frame.sseWithIds(this.idsFor(reader)) : frame.sse)
  }

  sendOwn(reader: Reader, events: WireEvent[]) {
    const last = events.at(-1)?.seq ?? reader.cursor
    this.write(httpChunk(sseText(events, this.idsFor(reader), last)))
  }

  ended() {
    if (this.readers.every(each => each.isClosed)) this.close('ended')
  }

  protected ping() {
    const id = this.composite
      ? this.composite(this.readers.map(each => each.position))
      : (this.readers[0]?.position ?? '')
    this.write(httpChunk(sseText([controlEvent('ping', {})], () => id, 0)))
  }

  protected finish(retryMs: number | undefined) {
    if (retryMs !== undefined) this.write(httpChunk(`retry: ${Math.round(retryMs || randomRetry())}\n\n`))
    this.client?.end()
  }

  protected destroy() {
    this.client?.socket.destroy()
  }

  private idsFor(reader: Reader): (seq: number) => string {
    const { epoch } = reader.feed.head
    const { composite } = this
    if (!composite) return seq => formatPosition({ epoch, seq })
    return seq =>
      composite(this.readers.map(each => (each === reader ? formatPosition({ epoch, seq }) : each.position)))
  }

  /** HTTP/1.0 clients get the bare bytes. */
  private write(chunk: Buffer) {
    const { client } = this
    if (!client || client.socket.destroyed) return
    this.wrote(client.socket.write(client.isChunked ? chunk : chunk.subarray(chunk.indexOf('\r\n') + 2, -2)))
  }
}
