import type { Terminal } from './terminal'

const EVERY_MS = 1_000
/** The same when stderr is not a terminal but probably a log. */
const LOGGED_EVERY_MS = 10_000

interface Texts<T> {
  /** For the line that is redrawn in place. */
  line(latest: T): string
  /** For a log; what it says again is not repeated. */
  log(latest: T): string
}

/** Shows the progress of something: in place on a terminal, as occasional lines in a log. */
export class Progress<T> {
  private latest: T | undefined
  private logged = ''
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly terminal: Terminal,
    private readonly texts: Texts<T>,
  ) {}

  start(first: T) {
    this.latest = first
    const isWatched = this.terminal.isWatched
    this.timer = setInterval(() => (isWatched ? this.draw() : this.log()), isWatched ? EVERY_MS : LOGGED_EVERY_MS)
    this.draw()
  }

  see(change: Partial<T>) {
    if (!this.latest) return
    this.latest = { ...this.latest, ...change }
    this.draw()
  }

  stop() {
    clearInterval(this.timer)
    this.latest = undefined
    this.terminal.progress('')
  }

  private draw() {
    if (this.latest) this.terminal.progress(this.texts.line(this.latest))
  }

  private log() {
    const text = this.latest ? this.texts.log(this.latest) : ''
    if (text !== this.logged) this.terminal.note(text)
    this.logged = text
  }
}
