const BEAT_MS = 500
/** A message that has not come back after this many beats counts as lost. */
const LOST_BEATS = 2
/** Beats without a loss before messages count as delivered again: a Cluster with one hung server loses only some. */
const RECOVERED_BEATS = 6

interface Link {
  /** Whether there is a connection at all. */
  isOpen(): boolean
  /** Sends a number that should come back to `receive`. */
  send(id: number): void
  /** Messages are being lost. */
  onLost(): void
  /** Messages are delivered again. */
  onRecovered(): void
}

/**
 * Checks that messages of this process come back to it, because a hung server keeps its connections open. Counts beats
 * rather than milliseconds, so that a process that was itself blocked does not blame the server.
 */
export class Echo {
  private lastId = 0
  private readonly pending = new Map<number, number>()
  private deliveredBeats = RECOVERED_BEATS
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly link: Link) {}

  start() {
    this.timer = setInterval(() => this.beat(), BEAT_MS)
    this.timer.unref()
  }

  stop() {
    clearInterval(this.timer)
  }

  get isDelivering(): boolean {
    return this.deliveredBeats >= RECOVERED_BEATS
  }

  receive(id: number) {
    this.pending.delete(id)
  }

  private beat() {
    if (!this.link.isOpen()) return this.pending.clear()
    const lost = [...this.pending].filter(([, beats]) => beats >= LOST_BEATS)
    for (const [id, beats] of this.pending) this.pending.set(id, beats + 1)
    for (const [id] of lost) this.pending.delete(id)
    const wasDelivering = this.isDelivering
    this.deliveredBeats = lost.length ? 0 : Math.min(RECOVERED_BEATS, this.deliveredBeats + 1)
    if (wasDelivering && !this.isDelivering) this.link.onLost()
    if (!wasDelivering && this.isDelivering) this.link.onRecovered()
    this.pending.set(++this.lastId, 1)
    this.link.send(this.lastId)
  }
}
