import { wrongUsage } from '../exit'
import { eventRows, jsonRows, ndjsonRows, noRows, type RowPrinter, tableRows } from '../output/rows'
import type { Terminal } from '../output/terminal'

const PRINTERS = {
  table: tableRows,
  csv: () => noRows,
  ndjson: ndjsonRows,
  json: jsonRows,
} satisfies Record<string, (terminal: Terminal) => RowPrinter>

export type Format = keyof typeof PRINTERS | 'events'

export const FORMAT_OPTION = {
  type: 'string',
  value: 'format',
  help: 'table (the default), csv (at the end), ndjson (a row per line) or json (one array)',
} as const

/** @param isJson `--json`: all events, for programs */
export function formatOf(text: string | undefined, isJson: boolean | undefined): Format {
  if (isJson && text !== undefined) throw wrongUsage('Use either --json or --format, not both.')
  if (isJson) return 'events'
  if (text === undefined) return 'table'
  if (Object.hasOwn(PRINTERS, text)) return text as Format
  throw wrongUsage(`--format must be ${Object.keys(PRINTERS).join(', ')}, not "${text}".`)
}

export const printerOf = (format: Format, terminal: Terminal): RowPrinter =>
  format === 'events' ? eventRows(terminal) : PRINTERS[format](terminal)
