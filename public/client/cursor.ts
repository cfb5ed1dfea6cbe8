import type { LogLine } from './types'

/** What of one topic has been handed over: drops what comes twice and notices what never came. */
export class Cursor {
  private lineSeq = 0
  private eventSeq = 0
  private line: number | null = null
  private epoch = ''

  /** A filtered stream has holes by design, so only an unfiltered one is checked for them. */
  constructor(private readonly isFiltered: boolean) {}

  /** Begins anew when the id shows that the topic did (its epoch changed). */
  see(epoch: string) {
    if (this.epoch !== '' && epoch !== this.epoch) this.reset()
    this.epoch = epoch
  }

  /** The lines not seen yet, and how many are missing before them. */
  takeLines(lines: LogLine[]): { fresh: LogLine[]; missed: number; fromSeq: number } {
    const fromSeq = this.lineSeq + 1
    const fresh = lines.filter(line => line.seq > this.lineSeq)
    const first = fresh[0]
    const last = fresh.at(-1)
    if (!first || !last) return { fresh, missed: 0, fromSeq }
    const missed = this.isFiltered || this.line === null ? 0 : Math.max(0, first.line - this.line - 1)
    this.lineSeq = last.seq
    this.line = last.line
    return { fresh, missed, fromSeq }
  }

  /** Whether an event with this sequence is new. */
  takeEvent(seq: number) {
    if (seq <= this.eventSeq) return false
    this.eventSeq = seq
    return true
  }

  /** The server told of a gap itself: the next line is not measured against the last one. */
  skip() {
    this.line = null
  }

  reset() {
    this.lineSeq = 0
    this.eventSeq = 0
    this.line = null
    this.epoch = ''
  }
}
