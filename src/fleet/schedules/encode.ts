import type { Level } from '../../base/log'
import type { NewEntry } from '../../streams'
import type { LoggedLine, ScheduledRow, StatusLine } from '../agent'

/** A row for the table of results, in text that PostgreSQL can hold. */
export interface ResultRow {
  name: string
  action: string
  at: string
  epoch: number
  counter: number
  columns: string
  decorations: string | null
  truncated: boolean
}

/** A line ready for the database: rows of results, or an entry of the host's log. */
export interface EncodedLine {
  rows: ResultRow[]
  entries: NewEntry[]
  bytes: number
}

/** Size of a line in addition to its texts. */
const LINE_BYTES = 100
/** osquery's severities: 0 info, 1 warning, 2 error, 3 fatal. */
const LEVELS: readonly Level[] = ['info', 'warn', 'error', 'error']

export function encodeLine(line: LoggedLine): EncodedLine {
  if ('status' in line) {
    const entry = statusEntry(line.status)
    return { rows: [], entries: [entry], bytes: LINE_BYTES + (entry.message?.length ?? 0) }
  }
  const rows = line.rows.map(row => encodeRow(row, line.truncated))
  const bytes = rows.reduce((sum, { columns, decorations }) => sum + columns.length + (decorations?.length ?? 0), 0)
  return { rows, entries: [], bytes: bytes + LINE_BYTES * Math.max(1, rows.length) }
}

function statusEntry({ at, severity, filename, line, message, version }: StatusLine): NewEntry {
  const location = filename ? `${filename}:${line} ` : ''
  return {
    kind: 'log',
    at,
    level: LEVELS[severity] ?? 'info',
    source: 'osqueryd',
    message: location + message,
    // The entry's own `at` is corrected when it is far off; this one is not.
    data: { severity, filename, line, version, at: timeOf(at) },
  }
}

/** The limit of the list's filter, and below the limit of an index. */
const NAME_MAX = 500

const encodeRow = (row: ScheduledRow, truncated: boolean): ResultRow => ({
  name: clean(row.name.slice(0, NAME_MAX)),
  action: row.action,
  at: timeOf(row.at),
  epoch: integer(row.epoch),
  counter: integer(row.counter),
  columns: jsonOf(row.columns),
  decorations: row.decorations && jsonOf(row.decorations),
  truncated,
})

const integer = (value: number) => (Number.isSafeInteger(value) ? value : 0)

const YEAR_MAX = 9_999

/** The time by the agent's clock, or now if it is not valid. */
function timeOf(at: Date): string {
  const known = !Number.isNaN(at.getTime()) && at.getUTCFullYear() <= YEAR_MAX && at.getUTCFullYear() > 0
  return (known ? at : new Date()).toISOString()
}

/** Escapes that PostgreSQL cannot convert to text. */
const UNSTORABLE = /\\u(0000|d[89a-f])/

const clean = (text: string) => text.replaceAll('\0', '\ufffd').toWellFormed()

function jsonOf(values: Record<string, string | number>): string {
  const text = JSON.stringify(values)
  if (!UNSTORABLE.test(text)) return text
  const cleaned = Object.entries(values).map(([key, value]) => [
    clean(key),
    typeof value === 'string' ? clean(value) : value,
  ])
  return JSON.stringify(Object.fromEntries(cleaned))
}
