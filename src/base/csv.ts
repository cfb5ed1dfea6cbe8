/** The start of a spreadsheet formula, including after spaces and invisible characters, and the full-width and minus variants that spreadsheets accept. */
const FORMULA = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]*[=+\-@＝＋－＠﹦﹢﹣﹫−])/u
/** A sign before a number is just a number; before anything else it starts a formula. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
/** Includes semicolons and tabs, because some spreadsheets split at them. */
const QUOTED = /[",;\t\r\n]/
/** Tells spreadsheets that this is UTF-8. */
const BYTE_ORDER_MARK = '\ufeff'

export interface CsvTable {
  /** Columns with fixed names. */
  own: readonly string[]
  /** Columns with names from elsewhere, which are renamed if they clash with an earlier one. */
  given: readonly string[]
  /** Pages of rows, with a value for each column. */
  pages: AsyncIterable<readonly (readonly unknown[])[]>
  /** Whether to start with a byte order mark. */
  bom: boolean
}

/** Generates RFC 4180 records, one string per page, after a header row of unique names. */
export async function* csvTable({ own, given, pages, bom }: CsvTable): AsyncGenerator<string> {
  yield (bom ? BYTE_ORDER_MARK : '') + csvRecord([...own, ...distinctFrom(own, given)])
  for await (const page of pages) yield page.map(csvRecord).join('')
}

/** A given `hostname` next to our own becomes `result_hostname`, or `result_hostname_2` if that exists too. */
function distinctFrom(own: readonly string[], given: readonly string[]): string[] {
  const taken = new Set(own)
  const kept = new Set(given)
  return given.map(name => {
    let unique = name
    for (let n = 1; taken.has(unique) || (n > 1 && kept.has(unique)); n++)
      unique = `result_${name}${n === 1 ? '' : `_${n}`}`
    taken.add(unique)
    return unique
  })
}

/** One record including its line ending. Values that a spreadsheet would run as formulas are prefixed with `'`. */
export const csvRecord = (values: readonly unknown[]): string => `${values.map(cell).join(',')}\r\n`

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const given = typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value)
  const text = FORMULA.test(given) && !NUMBER.test(given) ? `'${given}` : given
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
