import type { Query, QueryResult, ResultPage, Row } from '../../src/contract/queries'
import { clean } from '../../text/display'
import type { Api } from '../api'
import type { Page } from '../list'
import { nameOf } from '../output/host-lines'
import type { RowPrinter } from '../output/rows'
import type { Terminal } from '../output/terminal'
import { type Target, troubleOf } from './query'

const PAGE = 2_000
const TROUBLES_SHOWN = 20

interface Deps {
  api: Api
  terminal: Terminal
  printer: RowPrinter
  queryId: string
}

/**
 * Prints the answers of hosts, each once and completely. The stream has the first rows of each; what does not fit
 * into its frames, and what the stream missed, is read from the server.
 */
export class Answers {
  /** The number of printed rows by host. */
  private readonly printed = new Map<string, number>()
  private readonly done = new Set<string>()
  private waiting: QueryResult[] = []
  private working: Promise<void> | undefined
  private readonly troubles: string[] = []

  constructor(private readonly deps: Deps) {}

  /** Accepts an answer from the stream. What cannot be read now is left for `complete`. */
  take(result: QueryResult) {
    if (!this.deps.printer.wantsRows || this.done.has(result.host_id)) return
    this.waiting.push(result)
    this.working ??= this.work()
  }

  private async work() {
    // Waits until all answers of a frame are queued.
    await new Promise(setImmediate)
    while (this.waiting.length) {
      for (const result of this.waiting.splice(0)) await this.handle(result).catch(() => undefined) // `complete` retries
      this.deps.printer.flush()
    }
    this.working = undefined
  }

  private async handle(result: QueryResult) {
    if (this.done.has(result.host_id)) return
    if (!this.printed.has(result.host_id)) this.print(result, result.rows, result.columns)
    await this.finish(result, result.columns)
  }

  private print(host: Target, rows: readonly Row[], columns: readonly string[]) {
    if (rows.length) this.deps.printer.rows(host, rows, columns)
    this.printed.set(host.host_id, (this.printed.get(host.host_id) ?? 0) + rows.length)
  }

  /** Prints the remaining rows of a host, and that these are all. */
  private async finish(host: Target, columns: readonly string[]) {
    const { printer } = this.deps
    // A frame does not say whether only the frame is truncated or the answer itself.
    const isTruncated = this.lacksRows(host) ? await this.printRest(host, columns) : host.truncated
    this.done.add(host.host_id)
    printer.host({ ...host, truncated: isTruncated })
    const trouble = troubleOf(host) || this.lossOf(host, isTruncated)
    if (trouble) this.troubles.push(`${clean(nameOf(host))}: ${trouble}`)
  }

  private lacksRows({ host_id, row_count }: Target) {
    return this.deps.printer.wantsRows && (this.printed.get(host_id) ?? 0) < row_count
  }

  /** @returns whether the answer itself was truncated */
  private async printRest(host: Target, columns: readonly string[]): Promise<boolean> {
    const { api, queryId, terminal } = this.deps
    let where: Record<string, string | number> = { offset: this.printed.get(host.host_id) ?? 0 }
    for (;;) {
      const asked = { id: queryId, host_id: host.host_id, limit: PAGE, ...where }
      const page: ResultPage = await api.get('/api/queries/{id}/results', asked)
      const rows = page.items.flatMap(({ row }) => (row ? [row] : []))
      this.print(host, rows, columns)
      await terminal.drained()
      if (!page.next_cursor) return page.items[0]?.truncated ?? false
      where = { cursor: page.next_cursor }
    }
  }

  private lossOf(host: Target, isTruncated: boolean): string {
    if (this.lacksRows(host)) return 'some of its rows have been deleted'
    return isTruncated ? 'its answer was too large and was truncated' : ''
  }

  /** Waits for work in progress, then prints what is missing from all hosts. */
  async complete(query: Query): Promise<void> {
    await this.working
    let cursor: string | null = null
    do {
      const page: Page<Target> = await this.deps.api.get('/api/queries/{id}/hosts', {
        id: query.id,
        limit: PAGE,
        cursor: cursor ?? undefined,
      })
      for (const host of page.items) if (!this.done.has(host.host_id)) await this.finish(host, query.columns)
      cursor = page.next_cursor
    } while (cursor)
    this.deps.printer.flush()
  }

  /** The first problems of hosts, for people. */
  get trouble(): string[] {
    const more = this.troubles.length - TROUBLES_SHOWN
    return [...this.troubles.slice(0, TROUBLES_SHOWN), ...(more > 0 ? [`... and ${more} more`] : [])]
  }
}
