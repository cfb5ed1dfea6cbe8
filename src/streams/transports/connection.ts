import type { ServerResponse } from 'node:http'
import type { WireEvent } from '../encode'
import type { Frame } from '../frame'
import type { StreamMetrics } from '../metrics'
import type { Reader, Sink } from '../reader'

/** What all open connections of a process have in common. */
export interface ConnectionSettings {
  heartbeatMs: number
  /** A reader whose last write has not left after this time is closed. */
  slowMs: number
  /** Longest life; each connection draws 80 to 100 % of it, so that a deploy looks like any other day. */
  lifeMs: number
}

/** The client may have gone while it was still being let in: then no event tells of it any more. */
export function closeWith(res: ServerResponse, connection: Connection) {
  if (res.destroyed) connection.close('client')
  else res.once('close', () => connection.close('client'))
}

/** One open stream of one client, with a reader per topic. */
export abstract class Connection implements Sink {
  readonly readers: Reader[] = []
  private lastWriteAt = Date.now()
  private blockedSince: number | undefined
  private readonly expiresAt: number
  private closed = false
  private readonly onClose: (() => void)[] = []

  constructor(
    /** The session or token behind it: with its end the stream ends. */
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
  abstract ended(reader: Reader, reason: string): void
  /** Says that all is well, with how far the reader is. */
  protected abstract ping(): void
  /** Ends it so that the client comes back later; `retryMs` is for it alone. */
  protected abstract finish(retryMs: number | undefined): void
  /** Ends it now, whatever is still unsent. */
  protected abstract destroy(): void

  gap() {
    this.metrics.gaps.inc()
  }

  whenClosed(callback: () => void) {
    this.onClose.push(callback)
  }

  /** Called about once a second for every connection of the process: heartbeats, slow readers and lifetimes in one place. */
  tick(now: number) {
    if (this.blockedSince !== undefined) {
      if (now - this.blockedSince > this.settings.slowMs) this.close('slow_reader')
    } else if (now >= this.expiresAt) this.close('lifetime', 0)
    else if (now - this.lastWriteAt >= this.settings.heartbeatMs) this.ping()
  }

  /** It was never opened. */
  abandon() {
    this.closed = true
    for (const callback of this.onClose.splice(0)) callback()
  }

  /** @param retryMs when the client shall come back; undefined leaves it to the client */
  close(reason: string, retryMs?: number) {
    if (this.closed) return
    this.closed = true
    this.metrics.closed.inc({ reason })
    for (const reader of this.readers) reader.close()
    if (reason === 'slow_reader') this.destroy()
    else if (reason !== 'client') this.finish(retryMs)
    for (const callback of this.onClose.splice(0)) callback()
  }

  /** To be called with the outcome of each write. */
  protected wrote(hasRoom: boolean) {
    this.metrics.writes.inc()
    this.lastWriteAt = Date.now()
    if (!hasRoom) this.blockedSince ??= this.lastWriteAt
  }

  /** What was written has left: readers go on. */
  protected drained() {
    this.blockedSince = undefined
    for (const reader of this.readers) reader.advance()
  }
}
