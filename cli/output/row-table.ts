import type { Row } from '../../src/contract/queries'
import { clean } from '../../text/display'
import type { Terminal } from './terminal'
import { cut, widthOf } from './text'

/** Max width of a cell on a terminal; files get whole cells. */
const CELL_MAX = 60
/** Max rows that are aligned together. */
const BATCH_MAX = 1_000
const GAP = '  '
const HOST = 'HOST'

/**
 * A table that is printed in batches: columns get wider, never narrower, and rows with other columns start a new one.
 */
export class RowTable {
  private columns: readonly string[] | undefined
  private widths: number[] = []
  private waiting: string[][] = []

  constructor(private readonly terminal: Terminal) {}

  add(host: string, row: Row, order: readonly string[]) {
    if (!this.fits(row)) this.open([...order.filter(name => name in row), ...Object.keys(row).filter(isNotIn(order))])
    const widthMax = Number.isFinite(this.terminal.width()) ? CELL_MAX : Number.POSITIVE_INFINITY
    const cells = [host, ...(this.columns ?? []).map(name => row[name] ?? '')].map(cell => cut(clean(cell), widthMax))
    this.waiting.push(cells)
    if (this.waiting.length >= BATCH_MAX) this.flush()
  }

  private fits(row: Row): boolean {
    const names = Object.keys(row)
    return this.columns?.length === names.length && names.every(name => this.columns?.includes(name))
  }

  private open(columns: readonly string[]) {
    this.flush()
    if (this.columns) this.terminal.write('\n')
    this.columns = columns
    this.widths = []
  }

  flush() {
    const { columns, waiting } = this
    if (!columns || waiting.length === 0) return
    const head = [HOST, ...columns.map(name => clean(name))]
    const isNew = this.widths.length === 0
    const rows = isNew ? [head, ...waiting] : waiting
    this.widths = head.map((_, at) => Math.max(this.widths[at] ?? 0, ...rows.map(row => widthOf(row[at] ?? ''))))
    const lines = rows.map((row, at) => {
      const line = row.map((cell, column) => cell + ' '.repeat((this.widths[column] ?? 0) - widthOf(cell)))
      return isNew && at === 0 ? this.terminal.paint('bold', line.join(GAP).trimEnd()) : line.join(GAP).trimEnd()
    })
    this.terminal.write(`${lines.join('\n')}\n`)
    this.waiting = []
  }
}

const isNotIn = (names: readonly string[]) => (name: string) => !names.includes(name)
