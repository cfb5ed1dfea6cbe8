import type { ReplyOf, RouteAt } from '../../src/contract/api'
import { client } from '../api'
import type { LogLine } from '../client'
import type { LogSource, PageQuery } from '../components/log-viewer'
import { type ContainerFilters, containerParams } from './filters'

type MergedPage = ReplyOf<RouteAt<'get', '/api/containers/logs'>>

const PAGE_LINES = 2_000
/** Longer logs must be read container by container. */
export const LINES_MAX = 50_000
/** Lines of other machines may arrive this much out of order. */
const OVERLAP_MS = 5_000

/**
 * The lines of several containers by time, renumbered. The server can only page them by time, so they are kept and searched in
 * memory.
 */
export class MergedContainerLines {
  readonly lines: LogLine[] = []
  private readonly seen = new Set<string>()

  constructor(
    private readonly filters: ContainerFilters,
    private readonly since: string,
    /** The name of the container of a topic. */
    private readonly nameOf: (topic: string) => string,
  ) {}

  get isFull() {
    return this.lines.length >= LINES_MAX
  }

  /** Reads further lines. @returns the new ones */
  async read(): Promise<LogLine[]> {
    const before = this.lines.length
    let cursor: string | null = null
    const last = this.lines.at(-1)
    const since = last ? new Date(Date.parse(last.timestamp) - OVERLAP_MS).toISOString() : this.since
    const params = { ...containerParams(this.filters), limit: PAGE_LINES }
    do {
      const from: { cursor: string } | { since: string } = cursor === null ? { since } : { cursor }
      const page: MergedPage = await client.get('/api/containers/logs', { ...params, ...from })
      for (const line of page.items) this.add(line)
      cursor = page.next_cursor
    } while (cursor !== null && !this.isFull)
    return this.lines.slice(before)
  }

  /** Returns pages as the server would. */
  readonly source: LogSource = async query => {
    const found = this.lines.filter(line => matches(line, query))
    const items = query.order === 'desc' ? found.slice(-query.limit) : found.slice(0, query.limit)
    return { items, next_cursor: null, first_seq: 1, last_seq: this.lines.length }
  }

  /** Takes lines of a topic as they are written. @returns the new ones */
  take(topic: string, lines: readonly LogLine[]): LogLine[] {
    const before = this.lines.length
    for (const line of lines) this.add({ ...line, topic })
    return this.lines.slice(before)
  }

  private add({ topic, ...line }: LogLine & { topic: string }) {
    const key = `${topic} ${line.seq}`
    if (this.seen.has(key) || this.isFull) return
    this.seen.add(key)
    const number = this.lines.length + 1
    this.lines.push({ ...line, line: number, seq: number, source: this.nameOf(topic) })
  }
}

const matches = (line: LogLine, { after = 0, before = Number.POSITIVE_INFINITY, level, q }: PageQuery) =>
  line.seq > after &&
  line.seq < before &&
  (!level || level.split(',').includes(line.level)) &&
  (!q || line.message.toLowerCase().includes(q.toLowerCase()))
