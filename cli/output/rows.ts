import type { Query, Row } from '../../src/contract/queries'
import type { Target } from '../fleet/query'
import { nameOf } from './host-lines'
import { RowTable } from './row-table'
import type { Terminal } from './terminal'
import { jsonLine } from './text'

/** Prints the results of a query in one of the formats. */
export interface RowPrinter {
  /** If false, only the outcomes of hosts are printed. */
  wantsRows: boolean
  begin(query: Query): void
  /** Rows of one host, in order; more of the same host may follow. */
  rows(host: Target, rows: readonly Row[], columns: readonly string[]): void
  /** All rows of this host were printed, or it has none. */
  host(host: Target): void
  /** Prints what was buffered. */
  flush(): void
  end(query: Query): void
}

const SILENT: RowPrinter = { wantsRows: true, begin() {}, rows() {}, host() {}, flush() {}, end() {} }

/** One object per row, as in the server's export. */
export const ndjsonRows = ({ json }: Terminal): RowPrinter => ({
  ...SILENT,
  rows(host, rows) {
    for (const row of rows) json(rowOf(host, row))
  },
})

/** One JSON array of rows. */
export function jsonRows(terminal: Terminal): RowPrinter {
  let count = 0
  return {
    ...SILENT,
    rows(host, rows) {
      for (const row of rows) terminal.write(`${count++ === 0 ? '[' : ','}\n${jsonLine(rowOf(host, row)).trimEnd()}`)
    },
    end: () => terminal.write(count === 0 ? '[]\n' : '\n]\n'),
  }
}

/** One object per event, for programs. */
export const eventRows = ({ json }: Terminal): RowPrinter => ({
  ...SILENT,
  begin: query => json({ event: 'query', ...query }),
  rows(host, rows) {
    for (const row of rows) json({ event: 'row', ...rowOf(host, row) })
  },
  host: ({ host_id, host_identifier, hostname, state, row_count, error, truncated, late }) =>
    json({ event: 'host', host_id, host_identifier, hostname, state, row_count, error, truncated, late }),
  end: query => json({ event: 'query', ...query }),
})

/** A table for people. */
export function tableRows(terminal: Terminal): RowPrinter {
  const table = new RowTable(terminal)
  return {
    ...SILENT,
    rows(host, rows, columns) {
      for (const row of rows) table.add(nameOf(host), row, columns)
    },
    flush: () => table.flush(),
    end: () => table.flush(),
  }
}

/** Prints no rows: the server's export is printed at the end. */
export const noRows: RowPrinter = { ...SILENT, wantsRows: false }

const rowOf = ({ host_id, host_identifier, hostname }: Target, row: Row) => ({
  host_id,
  host_identifier,
  hostname,
  row,
})
