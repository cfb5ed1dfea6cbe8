import type { LogLine } from '../../client'
import { ROW_CHARS_MAX, wrappedLines } from './wrap'

export const CHUNK_LINES = 512

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const

export interface LineRow {
  kind: 'line'
  line: number
  seq: number
  /** Milliseconds since 1970. */
  time: number
  level: (typeof LEVELS)[number]
  step: string
  attempt: number
  message: string
  source: string
  isTruncated: boolean
  data: unknown
}

/** Interns the names of steps and sources, which repeat on every line: each line holds a number. */
export class Names {
  private readonly byName = new Map<string, number>()
  readonly all: string[] = []

  numberOf(name: string) {
    const known = this.byName.get(name)
    if (known !== undefined) return known
    this.byName.set(name, this.all.length)
    return this.all.push(name) - 1
  }
}

/** Up to 512 lines in columns, which take a third of the memory of one object per line. */
export class Chunk {
  size = 0
  private readonly lines = new Float64Array(CHUNK_LINES)
  private readonly seqs = new Float64Array(CHUNK_LINES)
  private readonly times = new Float64Array(CHUNK_LINES)
  private readonly levels = new Uint8Array(CHUNK_LINES)
  private readonly steps = new Uint16Array(CHUNK_LINES)
  private readonly attempts = new Uint16Array(CHUNK_LINES)
  private readonly sources = new Uint16Array(CHUNK_LINES)
  private readonly messages: string[] = []
  private readonly truncated = new Set<number>()
  private readonly data = new Map<number, unknown>()
  /** Text rows up to and including each line when messages wrap at `columns`; computed for the first `count` lines. */
  private wrapped = { columns: 0, count: 0, ends: new Uint32Array(0) }

  constructor(private readonly names: Names) {}

  get firstLine() {
    return this.lines[0] ?? 0
  }

  get lastLine() {
    return this.lines[this.size - 1] ?? 0
  }

  get firstSeq() {
    return this.seqs[0] ?? 0
  }

  get lastSeq() {
    return this.seqs[this.size - 1] ?? 0
  }

  push(line: LogLine) {
    const at = this.size++
    this.lines[at] = line.line
    this.seqs[at] = line.seq
    this.times[at] = Date.parse(line.timestamp)
    this.levels[at] = Math.max(0, LEVELS.indexOf(line.level))
    this.steps[at] = this.names.numberOf(line.step ?? '')
    this.attempts[at] = line.attempt ?? 0
    this.sources[at] = this.names.numberOf(line.source ?? '')
    this.messages.push(line.message)
    if (line.truncated) this.truncated.add(at)
    if (line.data !== undefined && line.data !== null) this.data.set(at, line.data)
  }

  row(at: number): LineRow {
    return {
      kind: 'line',
      line: this.lines[at] ?? 0,
      seq: this.seqs[at] ?? 0,
      time: this.times[at] ?? 0,
      level: LEVELS[this.levels[at] ?? 1] ?? 'info',
      step: this.names.all[this.steps[at] ?? 0] ?? '',
      attempt: this.attempts[at] ?? 0,
      message: this.messages[at] ?? '',
      source: this.names.all[this.sources[at] ?? 0] ?? '',
      isTruncated: this.truncated.has(at),
      data: this.data.get(at),
    }
  }

  lineAt(at: number) {
    return this.lines[at] ?? 0
  }

  messageAt(at: number) {
    return this.messages[at] ?? ''
  }

  /** How many text rows the first `count` lines take when messages wrap at this column. */
  wrappedEnd(count: number, columns: number): number {
    if (this.wrapped.columns !== columns) this.wrapped = { columns, count: 0, ends: new Uint32Array(CHUNK_LINES + 1) }
    const { ends } = this.wrapped
    for (let at = this.wrapped.count; at < this.size; at++) {
      const message = this.messages[at] ?? ''
      const hasButton = message.length > ROW_CHARS_MAX || this.truncated.has(at) || this.data.has(at)
      ends[at + 1] = (ends[at] ?? 0) + wrappedLines(message, columns, hasButton)
    }
    this.wrapped.count = this.size
    return ends[count] ?? 0
  }

  /** Index of the first line whose number is at least `line`; `size` if there is none. */
  indexOf(line: number) {
    let [low, high] = [0, this.size]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.lines[middle] ?? 0) < line) low = middle + 1
      else high = middle
    }
    return low
  }
}
