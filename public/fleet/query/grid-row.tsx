import type { ResultItem } from '../../../src/contract/queries'
import { visiblePieces } from '../../components/log-viewer/visible'
import { splitByMatch } from './search-matches'

/** Must equal the height in css/query.css. */
export const ROW_PX = 32

interface GridRowProps {
  index: number
  /** Null until it has been loaded. */
  item: ResultItem | null
  columns: string[]
  numeric: ReadonlySet<string>
  q: string
  isCurrent: boolean
  onOpen(): void
}

/** A row at its absolute position. */
export function GridRow({ index, item, columns, numeric, q, isCurrent, onOpen }: GridRowProps) {
  const className = `${isCurrent ? 'is-current ' : ''}${item ? '' : 'is-placeholder '}${index % 2 ? 'is-odd' : ''}`
  const style = { transform: `translateY(${index * ROW_PX}px)` }
  if (item === null) {
    return (
      <tr class={className} aria-rowindex={index + 2} style={style}>
        <td />
      </tr>
    )
  }
  const name = item.hostname || item.host_identifier
  return (
    <tr class={className} aria-rowindex={index + 2} style={style} onClick={onOpen}>
      <td class="grid-host">
        <a href={`/hosts/${item.host_id}`} title={name}>
          {name}
        </a>
        {item.late && <span class="badge">late</span>}
      </td>
      {columns.map(column => (
        <td key={column} class={numeric.has(column) ? 'number' : undefined} title={item.row?.[column]}>
          {cellOf(item.row?.[column] ?? '', q)}
        </td>
      ))}
    </tr>
  )
}

/** Longer values are shown in full only in the row details. */
const CELL_CHARACTERS_MAX = 200

function cellOf(value: string, q: string) {
  const text = value.slice(0, CELL_CHARACTERS_MAX)
  return splitByMatch(text, q).map(({ text, isMatch }, at) =>
    isMatch ? (
      <mark key={at} class="match">
        {withMarks(text)}
      </mark>
    ) : (
      withMarks(text)
    ),
  )
}

/** Shows invisible characters as marks. */
const withMarks = (text: string) =>
  visiblePieces(text).map(({ text: piece, isMark }, at) => (isMark ? <i key={at}>{piece}</i> : piece))
