import { cut, widthOf } from './text'

export interface Column {
  title: string
  /** May be narrowed to this width on a narrow terminal. */
  widthMin?: number
  right?: boolean
  paint?(text: string): string
}

const GAP = '  '

/**
 * A table of plain cells that fits into `width` columns: wide cells are truncated first, then the last columns are left
 * out.
 * @returns lines, each with its line break
 */
export function table(columns: readonly Column[], rows: readonly string[][], width: number): string {
  const natural = columns.map(({ title }, at) => Math.max(title.length, ...rows.map(row => widthOf(row[at] ?? ''))))
  const widths = fitted(columns, natural, width)
  const line = (cells: readonly string[], isTitle: boolean) =>
    `${widths
      .map((columnWidth, at) => cell(columns[at], cells[at] ?? '', columnWidth, isTitle))
      .join(GAP)
      .trimEnd()}\n`
  return (
    line(
      columns.map(({ title }) => title),
      true,
    ) + rows.map(row => line(row, false)).join('')
  )
}

function fitted(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const narrowest = natural.map((each, at) => Math.min(each, columns[at]?.widthMin ?? each))
  let count = columns.length
  while (count > 1 && totalOf(narrowest.slice(0, count)) > width) count--
  const widths = natural.slice(0, count)
  for (let over = totalOf(widths) - width; over > 0; over = totalOf(widths) - width) {
    const widest = widestOf(columns, widths)
    if (widest === undefined) return [width] // a single column that is too wide
    widths[widest] = Math.max(columns[widest]?.widthMin ?? 0, (widths[widest] ?? 0) - over)
  }
  return widths
}

const totalOf = (widths: readonly number[]) =>
  widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1)

function widestOf(columns: readonly Column[], widths: readonly number[]): number | undefined {
  let found: number | undefined
  for (const [at, width] of widths.entries()) {
    const widthMin = columns[at]?.widthMin
    if (widthMin === undefined || width <= widthMin) continue
    if (found === undefined || width > (widths[found] ?? 0)) found = at
  }
  return found
}

function cell(column: Column | undefined, text: string, columnWidth: number, isTitle: boolean): string {
  const shown = cut(text, columnWidth)
  const padding = ' '.repeat(Math.max(0, columnWidth - widthOf(shown)))
  const painted = column?.paint && !isTitle ? column.paint(shown) : shown
  return column?.right ? padding + painted : painted + padding
}
