type Cell = string | number

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** With three digits at most, and thousands separated. */
export const shown = (value: number): string =>
  value.toLocaleString('en', { maximumSignificantDigits: 3, useGrouping: true })

export const bytes = (value: number): string => (value < 10_000 ? `${shown(value)} B` : `${shown(value / 1024)} KiB`)
