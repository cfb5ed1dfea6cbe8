const BEAT_MS = 500
/** A message that has not come back after this many beats is lost. */
const LATE_BEATS = 2
/** Beats without a loss before messages count as delivered again: a Cluster with one hung server loses only some. */
const GOOD_BEATS = 6

interface Line {
  /** Whether there is a connection at all. */
  isOpen(): boolean
  /** Sends a number that should come back to `receive`. */
  send(no: number): void
  /** Messages are getting lost. */
  onSilence(): void
  /** Messages arrive again. */
  onReturn(): void
}

/**
 * Checks that messages of this process come back to it, because a hung server keeps its connections open. Counts beats
 * rather than milliseconds, so that a process that was itself blocked does not blame the server.
 */
export class Echo {
  private no = 0
  private readonly pending = new Map<number, number>()
  private goodBeats = GOOD_BEATS
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly line: Line) {}

  start() {
    this.timer = setInterval(() => this.beat(), BEAT_MS)
    this.timer.unref()
  }

  stop() {
    clearInterval(this.timer)
  }

  get isGood(): boolean {
    return this.goodBeats >= GOOD_BEATS
  }

  receive(no: number) {
    this.pending.delete(no)
  }

  private beat() {
    if (!this.line.isOpen()) return this.pending.clear()
    const lost = [...this.pending].filter(([, beats]) => beats >= LATE_BEATS)
    for (const [no, beats] of this.pending) this.pending.set(no, beats + 1)
    for (const [no] of lost) this.pending.delete(no)
    const wasGood = this.isGood
    this.goodBeats = lost.length ? 0 : Math.min(GOOD_BEATS, this.goodBeats + 1)
    if (wasGood && !this.isGood) this.line.onSilence()
    if (!wasGood && this.isGood) this.line.onReturn()
    this.pending.set(++this.no, 1)
    this.line.send(this.no)
  }
}
