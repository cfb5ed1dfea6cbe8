import type { Row } from '../agent'

/** Integers that a double may not represent, and exponents that may overflow. */
const SUSPECT = /\d{16}|\d[eE]\+?\d{3}/
/**
 * An unterminated string matches to the end of the text, because trying each of its quotes would take quadratic time.
 */
const TOKEN = /"[^"\\]*(?:\\(?:.|$)[^"\\]*)*(?:"|$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f]/g

/**
 * Parses JSON as agents write it. Numbers that JavaScript cannot represent become strings of their digits. Unescaped
 * control characters in strings, which JSON forbids, become U+FFFD.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const exact = SUSPECT.test(text) ? text.replace(TOKEN, quoted) : text
  try {
    return JSON.parse(exact)
  } catch (error) {
    if (exact.search(CONTROL) < 0) throw error
    return JSON.parse(exact.replace(CONTROL, '\ufffd'))
  }
}

function quoted(token: string): string {
  if (token.startsWith('"')) return token
  const value = Number(token)
  const isExact = /^-?\d+$/.test(token) ? Number.isSafeInteger(value) : Number.isFinite(value)
  return isExact ? token : `"${token}"`
}

/** The same, but invalid JSON yields undefined. */
export function tryParseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parseJson(text)
  } catch {
    return undefined // treated like a missing value
  }
}

export type JsonObject = Record<string, unknown>

/** @returns undefined if it is not an object */
export const objectOf = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined

/** What PostgreSQL's `text` and `jsonb` refuse. */
const isDirty = (text: string) => text.includes('\0') || !text.isWellFormed()

/** Text that PostgreSQL can hold: NUL and lone surrogates become U+FFFD. */
export const cleanText = (text: string) => (isDirty(text) ? text.replaceAll('\0', '\ufffd').toWellFormed() : text)

/** Any value as text; null and undefined become empty, as in osquery. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return cleanText(value)
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  try {
    return JSON.stringify(value)
  } catch {
    return '' // too deeply nested for the stack
  }
}

/** A row of osquery: text by column. @returns undefined if it is not an object */
export const rowOf = (value: unknown) => columnsOf(value, textOf)

/** Like `rowOf`, but numbers (from `logger_numerics`) stay numbers. */
export const numericRowOf = (value: unknown) =>
  columnsOf(value, column => (typeof column === 'number' ? column : textOf(column)))

function columnsOf<T>(value: unknown, read: (column: unknown) => T): Record<string, T> | undefined {
  const row = objectOf(value)
  if (!row) return undefined
  let isKeyDirty = false
  for (const key in row) {
    const column = row[key]
    if (typeof column !== 'string' || isDirty(column)) row[key] = read(column)
    isKeyDirty ||= isDirty(key)
  }
  const columns = row as Record<string, T>
  return isKeyDirty
    ? Object.fromEntries(Object.entries(columns).map(([key, column]) => [cleanText(key), column]))
    : columns
}

/** Rows by table; values that are not rows are left out. */
export function rowsByName(value: unknown): Record<string, Row> {
  const named = Object.entries(objectOf(value) ?? {}).flatMap(([name, table]) => {
    const row = rowOf(Array.isArray(table) ? table[0] : table)
    return row ? [[cleanText(name), row] as const] : []
  })
  return Object.fromEntries(named)
}

/** An integer, given as a number or as text; fractions are rounded. @returns undefined if it is not a number */
export function integerOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || !value.trim())) return undefined
  const number = Math.round(Number(value))
  return Number.isSafeInteger(number) ? number : undefined
}
