import { computed, signal } from '@preact/signals'
import { messageOf } from './api'

export interface ListPage<Item> {
  items: Item[]
  /** Null on the last page. */
  next_cursor: string | null
}

export interface PagedListOptions<Item, Page extends ListPage<Item>> {
  /** @param cursor null for the first page */
  fetchPage(limit: number, cursor: string | null): Promise<Page>
  idOf(item: Item): string
  /** Rows of the first page. */
  pageSize?: number
  /** The list stops growing here, to limit memory. */
  rowsMax?: number
  /** Whether the known item can be kept, so that its row is not rendered again. */
  isSame?(known: Item, read: Item): boolean
  /** Called with each first page, to read its other fields. */
  onFirstPage?(page: Page): void
}

const PAGE_SIZE = 50
/** The server's limit, used for further pages and for refreshing the shown rows. */
const PAGE_SIZE_MAX = 500
const ROWS_MAX = 20_000

/** A list that the server returns page by page, with cursors. Pages are appended; a refresh reads from the start. */
export class PagedList<Item, Page extends ListPage<Item> = ListPage<Item>> {
  /** Null until the first page has arrived. */
  readonly items = signal<Item[] | null>(null)
  /** Why the last request failed; `''` when it did not. */
  readonly problem = signal('')
  readonly hasMore = computed(() => this.cursor.value !== null)
  readonly isLoading = computed(() => this.items.value === null && this.problem.value === '')
  readonly isEmpty = computed(() => this.items.value?.length === 0)
  private readonly cursor = signal<string | null>(null)
  private readonly pageSize: number
  private readonly rowsMax: number
  private latestRefresh = 0
  private isRefreshing = false
  private isLoadingMore = false
  private isClosed = false
  private failed: 'refresh' | 'loadMore' = 'refresh'
  /** Updates made during a refresh, whose reply may be older. They are applied again to that reply. */
  private updates: Array<(items: Item[]) => Item[]> = []

  constructor(private readonly options: PagedListOptions<Item, Page>) {
    this.pageSize = options.pageSize ?? PAGE_SIZE
    this.rowsMax = options.rowsMax ?? ROWS_MAX
  }

  /** Reads the first rows again and keeps the rest. @param limit how many; default: all shown rows, at most 500 */
  readonly refresh = async (limit = this.items.peek()?.length ?? 0): Promise<void> => {
    const turn = ++this.latestRefresh
    this.isRefreshing = true
    this.updates = []
    const size = Math.min(PAGE_SIZE_MAX, Math.max(this.pageSize, limit))
    try {
      const page = await this.options.fetchPage(size, null)
      if (this.isClosed || turn !== this.latestRefresh) return
      this.takeFirstPage(page, size)
      this.problem.value = ''
    } catch (error) {
      if (turn === this.latestRefresh) this.fail('refresh', error)
    } finally {
      if (turn === this.latestRefresh) this.isRefreshing = false
    }
  }

  readonly loadMore = async (): Promise<void> => {
    const cursor = this.cursor.peek()
    if (this.isLoadingMore || cursor === null) return
    this.isLoadingMore = true
    try {
      const page = await this.options.fetchPage(PAGE_SIZE_MAX, cursor)
      const known = this.items.peek() ?? []
      const ids = new Set(known.map(this.options.idOf))
      const items = [...known, ...page.items.filter(item => !ids.has(this.options.idOf(item)))]
      this.items.value = items.slice(0, this.rowsMax)
      this.cursor.value = items.length < this.rowsMax ? page.next_cursor : null
      this.problem.value = ''
    } catch (error) {
      this.fail('loadMore', error)
    } finally {
      this.isLoadingMore = false
    }
  }

  /** Repeats what failed. */
  readonly retry = (): Promise<void> => this[this.failed]()

  /** Applies a live update. It has no effect before the first page, which includes it. */
  update(apply: (items: Item[]) => Item[]): void {
    if (this.isRefreshing) this.updates.push(apply)
    const known = this.items.peek()
    if (known) this.items.value = apply(known).slice(0, this.rowsMax)
  }

  /** Ignores replies that arrive later. */
  close(): void {
    this.isClosed = true
  }

  private takeFirstPage(page: Page, size: number) {
    const known = this.items.peek() ?? []
    const isWhole = page.next_cursor === null || known.length <= size
    const { idOf, isSame } = this.options
    this.options.onFirstPage?.(page)
    const merged = mergeFirstPage(known, page.items, { idOf, isSame, isWhole })
    this.items.value = this.updates.reduce((items, apply) => apply(items), merged)
    this.updates = []
    if (isWhole) this.cursor.value = page.next_cursor
  }

  private fail(what: typeof this.failed, error: unknown) {
    this.failed = what
    this.problem.value = messageOf(error)
  }
}

interface MergeOptions<Item> {
  idOf(item: Item): string
  isSame?: ((known: Item, read: Item) => boolean) | undefined
  /** The page covers all known rows. */
  isWhole: boolean
}

/** The rows of the new page, followed by the known rows that come after it. */
export function mergeFirstPage<Item>(
  known: readonly Item[],
  page: Item[],
  { idOf, isSame, isWhole }: MergeOptions<Item>,
): Item[] {
  const before = new Map(known.map(item => [idOf(item), item]))
  const fresh = page.map(item => {
    const was = before.get(idOf(item))
    return was !== undefined && isSame?.(was, item) ? was : item
  })
  const last = fresh.at(-1)
  if (isWhole || last === undefined) return fresh
  const ids = new Set(fresh.map(idOf))
  const end = known.findLastIndex(item => idOf(item) === idOf(last))
  return [...fresh, ...known.slice(end + 1).filter(item => !ids.has(idOf(item)))]
}
