import type { LineStore, Section } from './line-store'

/** The vertical position of each row, in text rows. A row has one, or several when its message is wrapped. */
export class Layout {
  private readonly sections: readonly Section[]
  /** Text rows above each section; the last element is the total. */
  private readonly tops: number[] = [0]
  private readonly rowCount: number

  /** @param columns at which messages wrap; 0: never */
  constructor(
    store: LineStore,
    readonly columns: number,
  ) {
    this.rowCount = store.rowCount
    this.sections = columns === 0 ? [] : store.sections
    let top = 0
    for (const { chunk, gap } of this.sections) {
      top += gap + chunk.wrappedEnd(chunk.size, columns)
      this.tops.push(top)
    }
  }

  get height() {
    return this.columns === 0 ? this.rowCount : (this.tops.at(-1) ?? 0)
  }

  topOf(row: number): number {
    if (this.columns === 0) return row
    const at = lastIndex(this.sections.length, index => (this.sections[index]?.start ?? 0) <= row)
    const section = this.sections[at]
    if (!section || row >= this.rowCount) return this.height
    const within = row - section.start
    const top = this.tops[at] ?? 0
    return within < section.gap ? top : top + section.gap + section.chunk.wrappedEnd(within - section.gap, this.columns)
  }

  heightOf(row: number): number {
    return this.columns === 0 ? 1 : this.topOf(row + 1) - this.topOf(row)
  }

  /** The row that contains a text row. */
  rowAt(line: number): number {
    if (this.columns === 0) return Math.floor(line)
    return Math.max(
      0,
      lastIndex(this.rowCount, row => this.topOf(row) <= line),
    )
  }
}

/** Binary search: the last index below `length` for which a monotonic condition holds; -1 if it never does. */
function lastIndex(length: number, holds: (index: number) => boolean) {
  let [low, high] = [-1, length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (holds(middle)) low = middle
    else high = middle - 1
  }
  return low
}
