import type { LogLine } from '../client'
import type { LogSource, PageQuery } from './log-viewer'

/** Longer logs must be read one by one. */
export const MERGED_LINES_MAX = 50_000

interface MergedPage {
  items: (LogLine & { topic: string })[]
  next_cursor: string | null
}

interface Merging {
  /** Reads a page of lines by time. */
  readPage(from: { cursor: string } | { since: string | undefined }): Promise<MergedPage>
  /** Where the log begins; default: with the first line. */
  since?: string
  /** Lines of other processes or machines may arrive this much out of order. */
  overlapMs: number
  /** What a line shows as its source. */
  sourceOf(topic: string): string
}

/**
 * The lines of several topics by time, renumbered. The server can only page them by time, so they are kept and searched
 * in memory.
 */
export class MergedLines {
  readonly lines: LogLine[] = []
  private readonly seen = new Set<string>()

  constructor(private readonly merging: Merging) {}

  get isFull() {
    return this.lines.length >= MERGED_LINES_MAX
  }

  /** Reads further lines. @returns the new ones */
  async read(): Promise<LogLine[]> {
    const before = this.lines.length
    let cursor: string | null = null
    const last = this.lines.at(-1)
    const { overlapMs, readPage } = this.merging
    const since = last ? new Date(Date.parse(last.timestamp) - overlapMs).toISOString() : this.merging.since
    do {
      const page: MergedPage = await readPage(cursor === null ? { since } : { cursor })
      for (const line of page.items) this.add(line)
      cursor = page.next_cursor
    } while (cursor !== null && !this.isFull)
    return this.lines.slice(before)
  }

  /** Takes lines of a topic as they are written. @returns the new ones */
  take(topic: string, lines: readonly LogLine[]): LogLine[] {
    const before = this.lines.length
    for (const line of lines) this.add({ ...line, topic })
    return this.lines.slice(before)
  }

  /** Returns pages as the server would. */
  readonly source: LogSource = async query => {
    const found = this.lines.filter(line => matches(line, query))
    const items = query.order === 'desc' ? found.slice(-query.limit) : found.slice(0, query.limit)
    return { items, next_cursor: null, first_seq: 1, last_seq: this.lines.length }
  }

  private add({ topic, ...line }: MergedPage['items'][number]) {
    const key = `${topic} ${line.seq}`
    if (this.seen.has(key) || this.isFull) return
    this.seen.add(key)
    const number = this.lines.length + 1
    this.lines.push({ ...line, line: number, seq: number, source: this.merging.sourceOf(topic) })
  }
}

function matches(line: LogLine, { after = 0, before = Number.POSITIVE_INFINITY, level, step, attempt, q }: PageQuery) {
  return (
    line.seq > after &&
    line.seq < before &&
    (!level || level.split(',').includes(line.level)) &&
    (!step || line.step === step) &&
    (!attempt || String(line.attempt) === attempt) &&
    (!q || line.message.toLowerCase().includes(q.toLowerCase()))
  )
}
