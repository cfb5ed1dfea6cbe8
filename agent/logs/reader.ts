import { Backoff } from '../backoff'
import { pause } from '../deadline'
import { type Engine, EngineError, type Inspected } from '../engine'
import { FrameError } from './frames'
import { type Line, LineReader } from './lines'
import type { Position } from './position'
import { Rate } from './rate'

/** Lines that follow others wait so long for more: a record for each would cost more than the line. */
const TOGETHER_MS = 50
const LINES_MAX = 500
const CHARS_MAX = 200_000
/** Of a container whose log was never read. */
const TAIL_LINES = 1_000
const BACKOFF_MS = { first: 1_000, most: 30_000 }

export interface Output {
  lines(container: Inspected, lines: Line[]): Promise<void>
  dropped(container: Inspected, line: Line): void
}

interface Needs {
  engine: Pick<Engine, 'logs'>
  container: Inspected
  position: Position
  output: Output
  linesPerSecond(): number
  /** Whether it still runs, so that its log goes on. */
  isRunning(): boolean
  signal: AbortSignal
}

/** Reads the log of one generation of a container, again from where it was after each interruption, until it has ended. */
export class LogReader {
  readonly #backoff = new Backoff(BACKOFF_MS.first, BACKOFF_MS.most)
  readonly #rate = new Rate()
  #waiting: Line[] = []
  #chars = 0
  #flushedAt = 0
  #timer: NodeJS.Timeout | undefined
  #adding: Promise<void> = Promise.resolve()

  constructor(private readonly needs: Needs) {}

  async run(): Promise<void> {
    const { signal, isRunning } = this.needs
    while (!signal.aborted) {
      const isEnd = await this.#readOnce()
      await this.#flush()
      // the log ends when the container does; a container that still runs is asked again
      if (isEnd && !isRunning()) return
      await pause(this.#backoff.next(), signal)
    }
  }

  /** @returns whether the engine ended the log */
  async #readOnce(): Promise<boolean> {
    const { engine, container, position, signal } = this.needs
    try {
      const since = position.resume()
      const from = position.at === 0 ? { tail: TAIL_LINES } : { sinceMs: since }
      const { chunks, framed } = await engine.logs(container.id, from, container.tty, signal)
      const reader = new LineReader(framed, position.at)
      for await (const chunk of chunks) {
        const lines = reader.read(chunk)
        if (lines.length > 0) await this.#take(lines)
      }
      await this.#take(reader.end())
      return true
    } catch (error) {
      if (signal.aborted) return true
      if (error instanceof EngineError && error.code === 'not_found') return true
      if (error instanceof EngineError || error instanceof FrameError) return false
      throw error
    }
  }

  async #take(lines: Line[]): Promise<void> {
    const { position, output, container, linesPerSecond } = this.needs
    for (const line of lines) {
      if (!position.isNew(line)) continue
      this.#backoff.reset()
      if (!this.#rate.take(linesPerSecond(), line.at)) {
        position.took(line)
        output.dropped(container, line)
        continue
      }
      this.#waiting.push(line)
      this.#chars += line.text.length
      if (this.#waiting.length >= LINES_MAX || this.#chars >= CHARS_MAX) await this.#flush()
    }
    if (this.#waiting.length === 0) return
    const waitMs = this.#flushedAt + TOGETHER_MS - performance.now()
    if (waitMs <= 0) void this.#flush()
    else this.#timer ??= setTimeout(() => void this.#flush(), waitMs)
  }

  /** Waits for the disk, so that an engine that is faster is held up instead of filling the memory. */
  #flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#flushedAt = performance.now()
    const lines = this.#waiting
    this.#waiting = []
    this.#chars = 0
    if (lines.length > 0) {
      // only when they are on the disk: the position may be saved at any moment, and must not be ahead of them
      this.#adding = this.needs.output.lines(this.needs.container, lines).then(() => {
        for (const line of lines) this.needs.position.took(line)
      })
    }
    return this.#adding
  }
}
