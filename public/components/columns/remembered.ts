import { type Signal, signal } from '@preact/signals'
import { type Layout, layoutIn, NO_LAYOUT, widthWithin } from './layout'

const KEY = 'tailrace.columns.'
/** Columns of query results have any names; the oldest entries are dropped. */
const ENTRIES_MAX = 200

const layouts = new Map<string, Signal<Layout>>()

/** The layout of a table, remembered in this browser. */
export function layoutOf(table: string): Signal<Layout> {
  const known = layouts.get(table)
  if (known) return known
  const added = signal(stored(table))
  layouts.set(table, added)
  return added
}

function stored(table: string): Layout {
  try {
    return layoutIn(JSON.parse(localStorage.getItem(KEY + table) ?? 'null'))
  } catch {
    return NO_LAYOUT
  }
}

function store(table: string, { hidden, widths }: Layout) {
  const layout = {
    hidden: hidden.slice(-ENTRIES_MAX),
    widths: Object.fromEntries(Object.entries(widths).slice(-ENTRIES_MAX)),
  }
  layoutOf(table).value = layout
  localStorage.setItem(KEY + table, JSON.stringify(layout))
}

/** Sets the width of a column, within limits. */
export function resizeColumn(table: string, name: string, px: number): void {
  const { hidden, widths } = layoutOf(table).peek()
  const { [name]: _, ...others } = widths
  store(table, { hidden, widths: { ...others, [name]: widthWithin(px) } })
}

/** Gives a column its default width again. */
export function unsizeColumn(table: string, name: string): void {
  const { hidden, widths } = layoutOf(table).peek()
  const { [name]: _, ...others } = widths
  store(table, { hidden, widths: others })
}

export function toggleColumn(table: string, name: string): void {
  const { hidden, widths } = layoutOf(table).peek()
  const isHidden = hidden.includes(name)
  store(table, { widths, hidden: isHidden ? hidden.filter(each => each !== name) : [...hidden, name] })
}

/** Shows all columns of a table in their default widths. */
export function resetColumns(table: string): void {
  layoutOf(table).value = NO_LAYOUT
  localStorage.removeItem(KEY + table)
}
