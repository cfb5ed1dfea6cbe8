import type { ServerResponse } from 'node:http'
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

/** Headers that only matter for documents. Each stream would hold them in memory as long as it is open. */
const FOR_DOCUMENTS =
  /^(content-security-policy|cross-origin-|origin-agent-cluster|referrer-policy|x-(dns|download|frame|permitted|xss)-)/

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

  constructor(
    private readonly res: ServerResponse,
    topics: readonly string[],
    credentialId: string,
    settings: ConnectionSettings,
    metrics: StreamMetrics,
    /** `/api/stream` always uses composite ids, even for one topic. */
    multiplexed: boolean,
  ) {
    super(credentialId, settings, metrics, 'sse')
    this.composite = multiplexed ? compositeFormat(topics) : undefined
    closeWith(res, this)
  }

  /** Sends the headers at once, so that the client sees it is connected. */
  open() {
    for (const name of this.res.getHeaderNames()) if (FOR_DOCUMENTS.test(name)) this.res.removeHeader(name)
    this.res.writeHead(200, SSE_HEADERS)
    this.res.flushHeaders()
    const { socket } = this.res
    const onDrain = () => this.drained()
    socket?.setNoDelay(true).on('drain', onDrain)
    this.whenClosed(() => socket?.off('drain', onDrain))
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
    this.res.end()
  }

  protected destroy() {
    this.res.destroy()
  }

  private idsFor(reader: Reader): (seq: number) => string {
    const { epoch } = reader.feed.head
    const { composite } = this
    if (!composite) return seq => formatPosition({ epoch, seq })
    return seq =>
      composite(this.readers.map(each => (each === reader ? formatPosition({ epoch, seq }) : each.position)))
  }

  /** Bypasses Node's chunked encoding, because chunks are already encoded. HTTP/1.0 clients get the bare bytes. */
  private write(chunk: Buffer) {
    const { socket, chunkedEncoding } = this.res
    if (!socket || socket.destroyed) return
    const bytes = chunkedEncoding ? chunk : chunk.subarray(chunk.indexOf('\r\n') + 2, -2)
    this.wrote(socket.write(bytes))
  }
}
