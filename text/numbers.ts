const count = new Intl.NumberFormat('en')

/** A count with separators: `12,345`. */
export const formatCount = (value: number): string => count.format(value)

/** A count with its noun: `1 row`, `12,345 rows`, `2 queries`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${formatCount(value)} ${value === 1 ? one : many}`

/** A fraction of 0 to 1 as `12%`. @param digits decimal places */
export const formatPercent = (share: number, digits = 0): string => `${(share * 100).toFixed(digits)}%`

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** Bytes in powers of 1,024: `900 B`, `7.8 GiB`, `16 GiB`. */
export function formatBytes(bytes: number): string {
  let [size, unit] = [Math.max(0, bytes), 0]
  while (size >= 1_024 && unit < UNITS.length - 1) [size, unit] = [size / 1_024, unit + 1]
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`
}
