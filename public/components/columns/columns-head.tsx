import { ColumnResizer, edgeOf } from './column-resizer'
import { type Column, shownColumns, tracksOf } from './layout'
import { layoutOf } from './remembered'

interface ColumnsProps {
  table: string
  columns: readonly Column[]
  /** Grid tracks before the columns, of controls that cannot be hidden. */
  controls?: readonly string[]
}

/** What a list needs so that its rows follow the layout of the columns. */
export function columnsLayout({ table, columns, controls = [] }: ColumnsProps) {
  const layout = layoutOf(table).value
  const tracks = [...controls, tracksOf(shownColumns(columns, layout), layout)]
  return { 'data-hidden': layout.hidden.join(' '), style: { '--columns': tracks.join(' ') } }
}

/** The headings of a list. */
export function ColumnsHead({ table, columns, controls = [] }: ColumnsProps) {
  return (
    <div class="columns-head columns-row">
      {controls.map((_, at) => (
        <span key={at} />
      ))}
      {shownColumns(columns, layoutOf(table).value).map(({ name, title, isMain, isNumber }) => (
        <span key={name} class={`${name} column-head${isNumber ? ' number' : ''}`}>
          <span>{title}</span>
          {!isMain && <ColumnResizer table={table} name={name} title={title} edge={edgeOf(columns, name)} />}
        </span>
      ))}
    </div>
  )
}
