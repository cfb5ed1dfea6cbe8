import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Frame, WireEvent } from '../frame'
import type { StreamMetrics } from '../metrics'
import type { Reader, Sink } from '../reader'

/** Settings of all connections of a process. */
export interface ConnectionSettings {
  heartbeatMs: number
  /** A connection whose last write is still buffered after this time is closed. */
  slowMs: number
  /** Max lifetime. Each connection gets 80 to 100 % of it, so that reconnects are spread. */
  lifeMs: number
}

/**
 * Closes a connection when its response or socket closes. If the client has already gone, no `close` event will follow.
 * @returns a function that ends this
 */
export function closeWith(carrier: ServerResponse | Socket, connection: Connection): () => void {
  const leave = () => connection.close('client')
  if (carrier.destroyed) leave()
  else carrier.once('close', leave)
  return () => void carrier.off('close', leave)
}

/** One open stream of one client, with a reader per topic. */
export abstract class Connection implements Sink {
  readonly readers: Reader[] = []
  private lastWriteAt = Date.now()
  private blockedSince: number | undefined
  private readonly expiresAt: number
  private closed = false
  private readonly onClose: ((isAborted: boolean) => void)[] = []

  constructor(
    /** The session or token that opened it; its end closes the connection. */
    readonly credentialId: string,
    private readonly settings: ConnectionSettings,
    protected readonly metrics: StreamMetrics,
    readonly transport: 'sse' | 'websocket' | 'poll',
  ) {
    this.expiresAt = Date.now() + settings.lifeMs * (0.8 + Math.random() * 0.2)
    metrics.connections.inc({ transport })
    this.whenClosed(() => metrics.connections.dec({ transport }))
  }

  get isClosed(): boolean {
    return this.closed
  }

  get writable(): boolean {
    return !this.closed && this.blockedSince === undefined
  }

  abstract send(reader: Reader, frame: Frame): void
  abstract sendOwn(reader: Reader, events: WireEvent[]): void
  abstract ended(reader: Reader): void
  /** Sends a heartbeat with the position of each reader. */
  protected abstract ping(): void
  /** Ends the connection gracefully. @param retryMs when this client should reconnect */
  protected abstract finish(retryMs: number | undefined): void
  /** Ends the connection at once, discarding unsent data. */
  protected abstract destroy(): void

  gap() {
    this.metrics.gaps.inc()
  }

  /** @param callback called with whether the client got less than all of it */
  whenClosed(callback: (isAborted: boolean) => void) {
    if (this.closed) callback(true)
    else this.onClose.push(callback)
  }

  /** Called about once a second: sends heartbeats, closes slow and expired connections. */
  tick(now: number) {
    if (this.blockedSince !== undefined) {
      if (now - this.blockedSince > this.settings.slowMs) this.close('slow_reader')
    } else if (now >= this.expiresAt) this.close('lifetime', 0)
    else if (now - this.lastWriteAt >= this.settings.heartbeatMs) this.ping()
  }

  /** Releases the resources of a connection that could not be opened. */
  abandon() {
    this.closed = true
    this.destroy()
    for (const callback of this.onClose.splice(0)) callback(true)
  }

  /** @param retryMs when the client should reconnect; undefined leaves it to the client */
  close(reason: string, retryMs?: number) {
    if (this.closed) return
    this.closed = true
    this.metrics.closed.inc({ reason })
    for (const reader of this.readers) reader.close()
    if (reason === 'slow_reader') this.destroy()
    else if (reason !== 'client') this.finish(retryMs)
    const isAborted = reason === 'slow_reader' || reason === 'client'
    for (const callback of this.onClose.splice(0)) callback(isAborted)
  }

  /** Call it after each write. @param hasRoom whether the socket accepts more */
  protected wrote(hasRoom: boolean) {
    this.metrics.writes.inc()
    this.lastWriteAt = Date.now()
    if (!hasRoom) this.blockedSince ??= this.lastWriteAt
  }

  /** The buffer is empty: readers continue. */
  protected drained() {
    this.blockedSince = undefined
    for (const reader of this.readers) reader.advance()
  }
}
