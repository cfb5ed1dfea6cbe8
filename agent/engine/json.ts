/** Reading what an engine answers, which differs between engines and versions: whatever is missing or odd is undefined. */
export type Json = Record<string, unknown>

export const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined

/** Milliseconds of an RFC 3339 time; undefined for Go's zero time, which means never. */
export function timeOf(value: unknown): number | undefined {
  const ms = Date.parse(textOf(value))
  return Number.isFinite(ms) && ms > 0 ? ms : undefined
}
