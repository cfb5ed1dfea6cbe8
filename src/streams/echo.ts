const BEAT_MS = 500
/** A message that has not come back after so many beats is lost. */
const LATE_BEATS = 2
/** After a loss, so many beats without another: a Cluster of which one server hangs loses only some messages. */
const GOOD_BEATS = 6

interface Line {
  /** Whether there is a connection at all. */
  isOpen(): boolean
  /** Says a number that should come back to `hear`. */
  say(no: number): void
  /** Messages are being lost from now on. */
  onSilence(): void
  /** They come back again. */
  onReturn(): void
}

/**
 * Whether messages of this process come back to it: a server that hangs leaves connections open. Counts beats and not
 * milliseconds, so that a process which was itself held up does not blame the server.
 */
export class Echo {
  private no = 0
  private readonly unheard = new Map<number, number>()
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

  hear(no: number) {
    this.unheard.delete(no)
  }

  private beat() {
    if (!this.line.isOpen()) return this.unheard.clear()
    const lost = [...this.unheard].filter(([, beats]) => beats >= LATE_BEATS)
    for (const [no, beats] of this.unheard) this.unheard.set(no, beats + 1)
    for (const [no] of lost) this.unheard.delete(no)
    const wasGood = this.isGood
    this.goodBeats = lost.length ? 0 : Math.min(GOOD_BEATS, this.goodBeats + 1)
    if (wasGood && !this.isGood) this.line.onSilence()
    if (!wasGood && this.isGood) this.line.onReturn()
    this.unheard.set(++this.no, 1)
    this.line.say(this.no)
  }
}
