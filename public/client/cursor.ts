import type { LogLine } from './types'

/** How far one topic has been delivered: drops duplicates and detects missing lines. */
export class Cursor {
  private lineSeq = 0
  private eventSeq = 0
  private line: number | null = null
  private epoch = ''

  /** Filtered streams have gaps by design, so they are not checked for missing lines. */
  constructor(private readonly isFiltered: boolean) {}

  /** Resets the cursor if the epoch has changed, that is, if the topic has started over. */
  setEpoch(epoch: string) {
    if (this.epoch !== '' && epoch !== this.epoch) this.reset()
    this.epoch = epoch
  }

  /** The new lines, and how many are missing before them. */
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

  /** The server has reported a gap, so the next line is not compared with the last one. */
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
