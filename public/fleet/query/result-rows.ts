import type { ResultItem, ResultPage } from '../../../src/contract/queries'

/** Fetches rows by cursor if that of the previous page is known, otherwise by offset. */
export type FetchRows = (from: { offset: number; cursor: string | null; limit: number }) => Promise<ResultPage>

export const PAGE_ROWS = 200
/** Pages kept in memory, around the visible rows. */
const PAGES_MAX = 15

/**
 * The rows of a query result of any size, of which only those near the visible ones are kept. Pages are fetched one
 * at a time; those that are out of view by then are skipped.
 */
export class ResultRows {
  /** Null until the first reply. */
  total: number | null = null
  private readonly pages = new Map<number, { items: ResultItem[]; generation: number }>()
  /** Increases with each refresh. Pages of an earlier generation are shown until they are replaced. */
  private generation = 0
  /** The generation of `total`. */
  private totalGeneration = -1
  /** The cursor of each page, by page number. */
  private readonly cursors = new Map<number, string>()
  private wanted = { first: 0, last: 0 }
  private isFetching = false
  private isClosed = false

  /**
   * @param changed called when rows have arrived
   * @param failed called when a page could not be fetched; the next call of `want` tries again
   */
  constructor(
    private readonly fetchRows: FetchRows,
    private readonly changed: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  get pageCount() {
    return this.pages.size
  }

  /** The row, or null until it has been fetched. */
  rowAt(index: number): ResultItem | null {
    return this.pages.get(Math.floor(index / PAGE_ROWS))?.items[index % PAGE_ROWS] ?? null
  }

  /** Fetches the rows from `start` to `end` (exclusive) that are not in memory. */
  want(start: number, end: number) {
    this.wanted = { first: Math.floor(start / PAGE_ROWS), last: Math.floor(Math.max(start, end - 1) / PAGE_ROWS) }
    void this.work()
  }

  /** Fetches the visible rows again. The old ones are kept until then. */
  refresh() {
    this.generation++
    this.cursors.clear()
    void this.work()
  }

  close() {
    this.isClosed = true
  }

  private async work() {
    if (this.isFetching || this.isClosed) return
    this.isFetching = true
    try {
      for (let page = this.nextPage(); page !== null && !this.isClosed; page = this.nextPage()) await this.load(page)
    } catch (error) {
      if (!this.isClosed) this.failed(error)
    } finally {
      this.isFetching = false
    }
  }

  private nextPage(): number | null {
    const { first, last } = this.wanted
    // The first page brings the new total.
    if (this.totalGeneration !== this.generation) return first
    const end = Math.min(last, Math.ceil((this.total ?? 0) / PAGE_ROWS) - 1)
    for (let page = first; page <= end; page++) if (this.pages.get(page)?.generation !== this.generation) return page
    return null
  }

  private async load(page: number) {
    const { generation } = this
    const cursor = this.cursors.get(page) ?? null
    const { items, next_cursor, total } = await this.fetchRows({ offset: page * PAGE_ROWS, cursor, limit: PAGE_ROWS })
    if (this.isClosed) return
    if (cursor === null) this.totalGeneration = generation
    this.total = total ?? this.total
    this.pages.set(page, { items, generation })
    if (next_cursor !== null && generation === this.generation) this.cursors.set(page + 1, next_cursor)
    this.evictDistantPages()
    this.changed()
  }

  private evictDistantPages() {
    const middle = (this.wanted.first + this.wanted.last) / 2
    const far = [...this.pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle))
    for (const each of far.slice(0, Math.max(0, far.length - PAGES_MAX))) this.pages.delete(each)
  }
}
