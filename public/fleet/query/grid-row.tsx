import type { ResultItem } from '../../../src/contract/queries'
import { visiblePieces } from '../../components/log-viewer/visible'
import { splitByMatch } from './search-matches'

/** As in css/query.css. */
export const ROW_PX = 28

interface GridRowProps {
  index: number
  /** Null while it is not here. */
  item: ResultItem | null
  columns: string[]
  q: string
  isCurrent: boolean
  onOpen(): void
}

/** One row, in its place. */
export function GridRow({ index, item, columns, q, isCurrent, onOpen }: GridRowProps) {
  const look = `${isCurrent ? 'is-current ' : ''}${item ? '' : 'is-coming '}${index % 2 ? 'is-odd' : ''}`
  const style = { transform: `translateY(${index * ROW_PX}px)` }
  if (item === null) {
    return (
      <tr class={look} aria-rowindex={index + 2} style={style}>
        <td />
      </tr>
    )
  }
  const name = item.hostname || item.host_identifier
  return (
    <tr class={look} aria-rowindex={index + 2} style={style} onClick={onOpen}>
      <td class="grid-host">
        <a href={`/hosts/${item.host_id}`} title={name}>
          {name}
        </a>
        {item.late && <span class="badge">late</span>}
      </td>
      {columns.map(column => (
        <td key={column} title={item.row?.[column]}>
          {cellOf(item.row?.[column] ?? '', q)}
        </td>
      ))}
    </tr>
  )
}

/** More of a value than this is in its details only. */
const CELL_CHARACTERS_MAX = 200

function cellOf(value: string, q: string) {
  const text = value.slice(0, CELL_CHARACTERS_MAX)
  return splitByMatch(text, q).map(({ text, isMatch }, at) =>
    isMatch ? (
      <mark key={at} class="match">
        {shown(text)}
      </mark>
    ) : (
      shown(text)
    ),
  )
}

/** Control characters and the like as marks. */
const shown = (text: string) =>
  visiblePieces(text).map(({ text: piece, isMark }, at) => (isMark ? <i key={at}>{piece}</i> : piece))
