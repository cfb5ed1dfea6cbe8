import { ColumnResizer, edgeOf } from './column-resizer'
import { type Column, shownColumns, tracksOf } from './layout'
import { layoutOf } from './remembered'

/** The order of a list by one of its columns. */
interface ColumnOrder {
  column: string
  isOldestFirst: boolean
  onTurn(): void
}

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
export function ColumnsHead({ table, columns, controls = [], order }: ColumnsProps & { order?: ColumnOrder }) {
  return (
    <div class="columns-head columns-row">
      {controls.map((_, at) => (
        <span key={at} />
      ))}
      {shownColumns(columns, layoutOf(table).value).map(({ name, title, isMain, isNumber }) => (
        <span key={name} class={`${name} column-head${isNumber ? ' number' : ''}`}>
          {name === order?.column ? <OrderButton title={title} {...order} /> : <span>{title}</span>}
          {!isMain && <ColumnResizer table={table} name={name} title={title} edge={edgeOf(columns, name)} />}
        </span>
      ))}
    </div>
  )
}

/** The heading by which the list is ordered; turns the order around. */
function OrderButton({ title, isOldestFirst, onTurn }: ColumnOrder & { title: string }) {
  const [order, other] = isOldestFirst ? ['oldest first', 'newest first'] : ['newest first', 'oldest first']
  return (
    <button
      type="button"
      class={`sort ${isOldestFirst ? 'is-ascending' : 'is-descending'}`}
      aria-label={`${title}, ${order}`}
      title={`Sort by ${other}`}
      onClick={onTurn}
    >
      {title}
    </button>
  )
}
