export type Values = Record<string, unknown>

export const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const textOf = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined

/** Published packs write numbers as text. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** Reads a flag as osquery does (`JSON::valueToBool`). @returns undefined if it is neither true nor false */
export function flagOf(value: unknown): boolean | undefined {
  const text = String(value).toLowerCase()
  if (['true', '1', 't', 'y', 'yes'].includes(text)) return true
  if (['false', '0', 'f', 'n', 'no'].includes(text)) return false
  return undefined
}

/** The fields that are not undefined. */
export const defined = <T extends Values>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
