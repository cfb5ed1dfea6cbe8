import { cut, widthOf } from './text'

export interface Column {
  title: string
  /** May get narrower, down to this width, where the terminal is. */
  least?: number
  right?: boolean
  paint?(text: string): string
}

const GAP = '  '

/**
 * A table of plain cells, fitted into `width` columns: wide cells are cut first, then columns at the end are left out.
 * @returns lines, each with its line break
 */
export function table(columns: readonly Column[], rows: readonly string[][], width: number): string {
  const natural = columns.map(({ title }, at) => Math.max(title.length, ...rows.map(row => widthOf(row[at] ?? ''))))
  const widths = fitted(columns, natural, width)
  const line = (cells: readonly string[], isTitle: boolean) =>
    `${widths
      .map((room, at) => cell(columns[at], cells[at] ?? '', room, isTitle))
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
  const widths = [...natural]
  const total = () => widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1)
  for (let over = total() - width; over > 0; over = total() - width) {
    const widest = widestOf(columns, widths)
    if (widest === undefined) {
      if (widths.length === 1) return [width]
      widths.pop()
    } else widths[widest] = Math.max(columns[widest]?.least ?? 0, (widths[widest] ?? 0) - over)
  }
  return widths
}

function widestOf(columns: readonly Column[], widths: readonly number[]): number | undefined {
  let found: number | undefined
  for (const [at, width] of widths.entries()) {
    const least = columns[at]?.least
    if (least === undefined || width <= least) continue
    if (found === undefined || width > (widths[found] ?? 0)) found = at
  }
  return found
}

function cell(column: Column | undefined, text: string, room: number, isTitle: boolean): string {
  const shown = cut(text, room)
  const padding = ' '.repeat(Math.max(0, room - widthOf(shown)))
  const painted = column?.paint && !isTitle ? column.paint(shown) : shown
  return column?.right ? padding + painted : painted + padding
}
