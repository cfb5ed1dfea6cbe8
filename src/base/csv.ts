/** Spreadsheets run cells that begin so; a sign before a number is only a number. */
const FORMULA = /^(?:[=@\t\r]|[+-](?![\d.]))/

/** One record of RFC 4180, with its line end. A value that a spreadsheet would run as a formula gets a `'` before it. */
export const csvRecord = (values: readonly unknown[]): string => `${values.map(cell).join(',')}\r\n`

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const given = typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value)
  const text = FORMULA.test(given) ? `'${given}` : given
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
