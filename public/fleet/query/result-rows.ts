import type { Row } from '../query-result'

/** A row of a host among those of all hosts. */
export interface ResultItem {
  host_id: string
  host_identifier: string
  hostname: string
  late: boolean
  truncated: boolean
  answered_at: string | null
  /** From 1 in each host's answer. */
  no: number
  row: Row | null
}

export interface ResultPage {
  items: ResultItem[]
  next_cursor: string | null
  /** Rows that fit the filter; not told with pages that a cursor has asked for. */
  total: number | null
}

/** Asks for the rows from one on: by the cursor of the page before when that is known. */
export type AskRows = (from: { offset: number; cursor: string | null; limit: number }) => Promise<ResultPage>

export const PAGE_ROWS = 200
/** Pages kept in memory: a few screens around what is seen. */
const PAGES_MAX = 15

/**
 * The rows of a query of any size, of which only those near the eye are here. Pages are asked for one after the other, and
 * only those that are still wanted when their turn comes.
 */
export class ResultRows {
  /** Null until the first answer. */
  total: number | null = null
  private readonly pages = new Map<number, { items: ResultItem[]; reading: number }>()
  /** Moves on with each refresh; pages of an earlier one are shown until they have come again. */
  private reading = 0
  /** The reading by which `total` is known. */
  private countedBy = -1
  /** By the number of the page that follows. */
  private readonly cursors = new Map<number, string>()
  private wanted = { first: 0, last: 0 }
  private isAsking = false
  private isClosed = false

  /**
   * @param changed something is here that was not before
   * @param failed the server refused; it is asked again with the next wish
   */
  constructor(
    private readonly ask: AskRows,
    private readonly changed: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  get pageCount() {
    return this.pages.size
  }

  /** Null while it is not here. */
  rowAt(index: number): ResultItem | null {
    return this.pages.get(Math.floor(index / PAGE_ROWS))?.items[index % PAGE_ROWS] ?? null
  }

  /** Rows from `start` to before `end` are to be here. */
  want(start: number, end: number) {
    this.wanted = { first: Math.floor(start / PAGE_ROWS), last: Math.floor(Math.max(start, end - 1) / PAGE_ROWS) }
    void this.work()
  }

  /** Reads what is wanted again; until it has come, what was here stays. */
  refresh() {
    this.reading++
    this.cursors.clear()
    void this.work()
  }

  close() {
    this.isClosed = true
  }

  private async work() {
    if (this.isAsking || this.isClosed) return
    this.isAsking = true
    try {
      for (let page = this.nextPage(); page !== null && !this.isClosed; page = this.nextPage()) await this.load(page)
    } catch (error) {
      if (!this.isClosed) this.failed(error)
    } finally {
      this.isAsking = false
    }
  }

  private nextPage(): number | null {
    const { first, last } = this.wanted
    // What it was may have grown since: then the first page tells by how much.
    if (this.countedBy !== this.reading) return first
    const end = Math.min(last, Math.ceil((this.total ?? 0) / PAGE_ROWS) - 1)
    for (let page = first; page <= end; page++) if (this.pages.get(page)?.reading !== this.reading) return page
    return null
  }

  private async load(page: number) {
    const { reading } = this
    const cursor = this.cursors.get(page) ?? null
    const { items, next_cursor, total } = await this.ask({ offset: page * PAGE_ROWS, cursor, limit: PAGE_ROWS })
    if (this.isClosed) return
    if (cursor === null) this.countedBy = reading
    this.total = total ?? this.total
    this.pages.set(page, { items, reading })
    if (next_cursor !== null && reading === this.reading) this.cursors.set(page + 1, next_cursor)
    this.dropFar()
    this.changed()
  }

  private dropFar() {
    const middle = (this.wanted.first + this.wanted.last) / 2
    const far = [...this.pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle))
    for (const each of far.slice(0, Math.max(0, far.length - PAGES_MAX))) this.pages.delete(each)
  }
}
