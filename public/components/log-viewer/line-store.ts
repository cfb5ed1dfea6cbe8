import type { LogLine } from '../../client'
import { CHUNK_LINES, Chunk, type LineRow, Names } from './chunk'

/** Lines that are not in memory: `from` to `to`, both included. */
export interface GapRow {
  kind: 'gap'
  from: number
  to: number
  /** Sequence numbers of the lines before and after, for requests to the server. */
  afterSeq: number
  beforeSeq: number
}

export type Row = LineRow | GapRow

/** A chunk and its first row, which is that of the gap before it if there is one. */
export interface Section {
  chunk: Chunk
  start: number
  gap: 0 | 1
}

/**
 * The lines of one log that are in memory, in order and without duplicates, as rows of a list. Gaps in the line numbers
 * are rows, too. In a filtered log (`hasHoles`) gaps are expected and not shown.
 */
export class LineStore {
  readonly names = new Names()
  private chunks: Chunk[] = []
  /** First row of each chunk; the last element is the number of rows. */
  private starts: number[] = [0]

  constructor(private readonly hasHoles = false) {}

  get rowCount() {
    return this.starts.at(-1) ?? 0
  }

  get sections(): readonly Section[] {
    return this.chunks.map((chunk, at) => ({ chunk, start: this.starts[at] ?? 0, gap: this.gapBefore(at) ? 1 : 0 }))
  }

  get lineCount() {
    return this.chunks.reduce((sum, chunk) => sum + chunk.size, 0)
  }

  get firstLine() {
    return this.chunks[0]?.firstLine ?? 0
  }

  get firstSeq() {
    return this.chunks[0]?.firstSeq ?? 0
  }

  get lastLine() {
    return this.chunks.at(-1)?.lastLine ?? 0
  }

  get lastSeq() {
    return this.chunks.at(-1)?.lastSeq ?? 0
  }

  /** Inserts lines in ascending order, from anywhere in the log, except known ones. @returns the number of new lines */
  insert(lines: LogLine[]): number {
    let added = 0
    let from = 0
    while (from < lines.length) {
      const chunkAt = this.chunkFor(lines[from]?.line ?? 0)
      const next = this.chunks[chunkAt]
      let to = from
      while (to < lines.length && (!next || (lines[to]?.line ?? 0) < next.firstLine)) to++
      if (to > from) this.place(lines.slice(from, to), chunkAt)
      added += to - from
      // Lines within the next chunk are known already.
      while (next && to < lines.length && (lines[to]?.line ?? 0) <= next.lastLine) to++
      from = to
    }
    if (added > 0) this.count()
    return added
  }

  row(index: number): Row | null {
    const at = this.chunkOfRow(index)
    const chunk = this.chunks[at]
    if (!chunk) return null
    const gap = this.gapBefore(at)
    const within = index - (this.starts[at] ?? 0)
    if (gap && within === 0) return gap
    return chunk.row(within - (gap ? 1 : 0))
  }

  /** The row of a line, or of the nearest one if the line is not in memory. */
  rowOfLine(line: number): number {
    const at = Math.min(this.chunkFor(line), this.chunks.length - 1)
    const chunk = this.chunks[at]
    if (!chunk) return 0
    const index = Math.min(chunk.indexOf(line), chunk.size - 1)
    return (this.starts[at] ?? 0) + (this.gapBefore(at) ? 1 : 0) + index
  }

  has(line: number) {
    const chunk = this.chunks[this.chunkFor(line)]
    return chunk !== undefined && chunk.lineAt(chunk.indexOf(line)) === line
  }

  /** Drops the oldest chunks until at most `max` lines are left. */
  trim(max: number): boolean {
    let count = this.lineCount
    let drop = 0
    while (count > max && drop < this.chunks.length - 1) count -= this.chunks[drop++]?.size ?? 0
    if (drop === 0) return false
    this.chunks = this.chunks.slice(drop)
    this.count()
    return true
  }

  /** Calls back for every line after the given one, in order. */
  forEach(visit: (line: number, message: string) => void, afterLine = 0) {
    for (let at = this.chunkFor(afterLine + 1); at < this.chunks.length; at++) {
      const chunk = this.chunks[at]
      for (let i = chunk?.indexOf(afterLine + 1) ?? 0; chunk && i < chunk.size; i++)
        visit(chunk.lineAt(i), chunk.messageAt(i))
    }
  }

  private chunkOfRow(row: number) {
    return firstIndex(this.chunks.length, at => (this.starts[at + 1] ?? 0) > row)
  }

  /** Stores new lines, all of which lie between two chunks (or before the first, or after the last). */
  private place(lines: LogLine[], chunkAt: number) {
    const fresh: Chunk[] = []
    let chunk = this.chunks[chunkAt - 1]
    for (const line of lines) {
      if (!chunk || chunk.size === CHUNK_LINES || (!this.hasHoles && chunk.lastLine + 1 !== line.line)) {
        chunk = new Chunk(this.names)
        fresh.push(chunk)
      }
      chunk.push(line)
    }
    if (fresh.length > 0) this.chunks.splice(chunkAt, 0, ...fresh)
  }

  private gapBefore(at: number): GapRow | null {
    const [before, after] = [this.chunks[at - 1], this.chunks[at]]
    if (this.hasHoles || !before || !after || before.lastLine + 1 === after.firstLine) return null
    const [from, to] = [before.lastLine + 1, after.firstLine - 1]
    return { kind: 'gap', from, to, afterSeq: before.lastSeq, beforeSeq: after.firstSeq }
  }

  private count() {
    this.starts = [0]
    let rows = 0
    for (const [at, chunk] of this.chunks.entries()) {
      rows += chunk.size + (this.gapBefore(at) ? 1 : 0)
      this.starts.push(rows)
    }
  }

  /** The first chunk that ends at or after this line; `chunks.length` if there is none. */
  private chunkFor(line: number) {
    return firstIndex(this.chunks.length, at => (this.chunks[at]?.lastLine ?? 0) >= line)
  }
}

/** Binary search: the first index for which a monotonic condition holds; `length` if it never does. */
function firstIndex(length: number, holds: (index: number) => boolean) {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
