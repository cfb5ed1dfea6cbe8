import type { Query, QueryResult, ResultPage, Row } from '../../src/contract/queries'
import { clean } from '../../text/display'
import type { Api } from '../api'
import type { Page } from '../list'
import { nameOf } from '../output/host-lines'
import type { RowPrinter } from '../output/rows'
import type { Terminal } from '../output/terminal'
import { type Target, troubleOf } from './query'

const PAGE = 2_000
const TROUBLES_TOLD = 20

interface Deps {
  api: Api
  terminal: Terminal
  printer: RowPrinter
  queryId: string
}

/**
 * The answers of hosts, each told once and whole: the stream brings the first rows of each, what does not fit into its
 * frames is read from the server, and so is what the stream could not tell.
 */
export class Answers {
  /** Rows that were told, by host. */
  private readonly told = new Map<string, number>()
  private readonly done = new Set<string>()
  private waiting: QueryResult[] = []
  private working: Promise<void> | undefined
  private readonly troubles: string[] = []

  constructor(private readonly deps: Deps) {}

  /** An answer that the stream tells of. What cannot be read now is left for `complete`. */
  take(result: QueryResult) {
    if (!this.deps.printer.wantsRows || this.done.has(result.host_id)) return
    this.waiting.push(result)
    this.working ??= this.work()
  }

  private async work() {
    // what came in one piece is in the queue by the next turn
    await new Promise(setImmediate)
    while (this.waiting.length) {
      for (const result of this.waiting.splice(0)) await this.tell(result).catch(() => undefined) // `complete` asks again
      this.deps.printer.flush()
    }
    this.working = undefined
  }

  private async tell(result: QueryResult) {
    if (this.done.has(result.host_id)) return
    if (!this.told.has(result.host_id)) this.print(result, result.rows, result.columns)
    await this.finish(result, result.columns)
  }

  private print(host: Target, rows: readonly Row[], columns: readonly string[]) {
    if (rows.length) this.deps.printer.rows(host, rows, columns)
    this.told.set(host.host_id, (this.told.get(host.host_id) ?? 0) + rows.length)
  }

  /** Tells the rows of a host that are not told yet, and that these are all. */
  private async finish(host: Target, columns: readonly string[]) {
    const { printer } = this.deps
    // a frame does not say whether it is the frame that is cut, or the answer
    const isCut = this.lacksRows(host) ? await this.tellRest(host, columns) : host.truncated
    this.done.add(host.host_id)
    printer.host({ ...host, truncated: isCut })
    const trouble = troubleOf(host) || this.lossOf(host, isCut)
    if (trouble) this.troubles.push(`${clean(nameOf(host))}: ${trouble}`)
  }

  private lacksRows({ host_id, row_count }: Target) {
    return this.deps.printer.wantsRows && (this.told.get(host_id) ?? 0) < row_count
  }

  /** @returns whether the answer was cut when it came */
  private async tellRest(host: Target, columns: readonly string[]): Promise<boolean> {
    const { api, queryId, terminal } = this.deps
    let where: Record<string, string | number> = { offset: this.told.get(host.host_id) ?? 0 }
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

  private lossOf(host: Target, isCut: boolean): string {
    if (this.lacksRows(host)) return 'not all of its rows are kept any more'
    return isCut ? 'its answer was too large and is cut' : ''
  }

  /** Waits for what is under way, then goes through all hosts for what was not told. */
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

  /** What went wrong on hosts, for people; the first ones. */
  get trouble(): string[] {
    const more = this.troubles.length - TROUBLES_TOLD
    return [...this.troubles.slice(0, TROUBLES_TOLD), ...(more > 0 ? [`... and ${more} more`] : [])]
  }
}
