import { createHash } from 'node:crypto'
import type { LoggedLine, ScheduledRow, StatusLine } from '../agent'
import { integerOf, type JsonObject, numericRowOf, objectOf, rowOf, textOf } from './json'

/** @returns undefined if it is not a line of that type */
export function lineOf(type: 'result' | 'status', value: unknown): LoggedLine | undefined {
  const line = objectOf(value)
  if (!line || !isOf(type, line)) return undefined
  const digest = digestOf(line) // before any of its values are changed
  if (!digest) return undefined
  return type === 'result' ? resultLine(line, digest) : statusLine(line, digest)
}

const isOf = (type: 'result' | 'status', { name, message, severity }: JsonObject) =>
  type === 'result' ? name !== undefined : message !== undefined || severity !== undefined

/** The first 8 bytes of the SHA-256 of the line as compact JSON. */
function digestOf(line: JsonObject): Buffer | undefined {
  try {
    return createHash('sha256').update(JSON.stringify(line)).digest().subarray(0, 8)
  } catch {
    return undefined // too deeply nested for the stack
  }
}

/**
 * A line of a scheduled query, in one of four forms that depend on the agent's flags: an event, a batch of differences
 * (`logger_event_type=false`), a snapshot, or one row of a snapshot (`logger_snapshot_event_type`).
 */
function resultLine(line: JsonObject, digest: Buffer): LoggedLine | undefined {
  const name = textOf(line.name)
  const found = name ? rowsOf(line) : undefined
  if (!found) return undefined
  const shared = {
    name,
    at: timeOf(line),
    epoch: integerOf(line.epoch) ?? 0,
    counter: integerOf(line.counter) ?? 0,
    decorations: decorationsOf(line),
  }
  const rows = found.flatMap(({ action, columns }) => {
    const row = numericRowOf(columns)
    return row ? [{ ...shared, action, columns: row }] : []
  })
  if (found.length && !rows.length) return undefined
  return { digest, rows, truncated: rows.length < found.length }
}

/** The fields of a line that are not decorations. */
const OWN_FIELDS = new Set([
  ...['name', 'hostIdentifier', 'calendarTime', 'unixTime', 'epoch', 'counter', 'numerics', 'log_type', 'decorations'],
  ...['columns', 'action', 'snapshot', 'diffResults'],
])

/** Reads decorations. With `decorations_top_level` they are at the top level of the line. */
function decorationsOf(line: JsonObject): Record<string, string> | null {
  const top = Object.entries(line).filter(([name, value]) => !OWN_FIELDS.has(name) && typeof value === 'string')
  const found = { ...rowOf(Object.fromEntries(top)), ...rowOf(line.decorations) }
  return Object.keys(found).length ? found : null
}

interface FoundRow {
  action: ScheduledRow['action']
  columns: unknown
}

function rowsOf(line: JsonObject): FoundRow[] | undefined {
  if (Array.isArray(line.snapshot)) return line.snapshot.map(columns => ({ action: 'snapshot', columns }))
  const differences = objectOf(line.diffResults)
  if (differences)
    return (['removed', 'added'] as const).flatMap(action =>
      listOf(differences[action]).map(columns => ({ action, columns })),
    )
  const action = ACTIONS.find(known => known === line.action)
  if (action && line.columns !== undefined) return [{ action, columns: line.columns }]
  // Old agents write an empty string when there is no row.
  return 'snapshot' in line || 'diffResults' in line ? [] : undefined
}

const ACTIONS = ['added', 'removed', 'snapshot'] as const
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function statusLine(line: JsonObject, digest: Buffer): LoggedLine {
  const status: StatusLine = {
    at: timeOf(line),
    severity: Math.min(Math.max(integerOf(line.severity) ?? 0, 0), 3),
    filename: textOf(line.filename),
    line: integerOf(line.line) ?? 0,
    message: textOf(line.message),
    version: textOf(line.version),
  }
  return { digest, status }
}

/** The last second of the year 9999. */
const UNIX_SECONDS_MAX = 253_402_300_799

/** The time by the agent's clock, or now if the line has no valid time. `unixTime` is a string in old agents. */
function timeOf({ unixTime, calendarTime }: JsonObject): Date {
  const seconds = integerOf(unixTime)
  if (seconds !== undefined && seconds > 0 && seconds <= UNIX_SECONDS_MAX) return new Date(seconds * 1000)
  const ms = Date.parse(textOf(calendarTime))
  return ms > 0 && ms <= UNIX_SECONDS_MAX * 1000 ? new Date(ms) : new Date()
}
