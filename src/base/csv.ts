/** What a spreadsheet may run, also behind blanks and invisible characters, and in other widths or as a minus sign, which it takes for the same. */
const FORMULA = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]*[=+\-@＝＋－＠﹦﹢﹣﹫−])/u
/** A sign before a number is only a number; before anything else it begins a formula. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
/** Some spreadsheets split at semicolons and tabs, too. */
const QUOTED = /[",;\t\r\n]/
/** Tells spreadsheets that this is UTF-8. */
const BYTE_ORDER_MARK = '\ufeff'

export interface CsvTable {
  /** Our own columns. */
  own: readonly string[]
  /** Columns that somebody else has named; they are renamed where they would be called like one before. */
  given: readonly string[]
  /** The rows, page by page, with a value for each column. */
  pages: AsyncIterable<readonly (readonly unknown[])[]>
  /** Begins with a byte order mark. */
  bom: boolean
}

/** A table as records of RFC 4180, page by page, under a head whose names are all different. */
export async function* csvTable({ own, given, pages, bom }: CsvTable): AsyncGenerator<string> {
  yield (bom ? BYTE_ORDER_MARK : '') + csvRecord([...own, ...distinctFrom(own, given)])
  for await (const page of pages) yield page.map(csvRecord).join('')
}

/** `hostname` beside our own `hostname` becomes `result_hostname`, and `result_hostname_2` where that is there, too. */
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

/** One record with its line end. A value that a spreadsheet would run as a formula gets a `'` before it. */
export const csvRecord = (values: readonly unknown[]): string => `${values.map(cell).join(',')}\r\n`

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const given = typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value)
  const text = FORMULA.test(given) && !NUMBER.test(given) ? `'${given}` : given
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
