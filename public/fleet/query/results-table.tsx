import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import type { Query, ResultItem } from '../../../src/contract/queries'
import { isAtEnd, windowOf } from '../../components/row-window'
import { columnsOf } from '../query-result'
import { widthsOf } from './columns'
import { GridRow, ROW_PX } from './grid-row'
import { ResultDetails } from './result-details'
import type { ResultRows } from './result-rows'
import { turnedSort } from './view'

/** Rows to ask for before the total is known. */
const UNKNOWN_ROWS = 40

interface ResultsTableProps {
  query: Query
  rows: ResultRows
  /** Moves on when rows have come. */
  version: number
  sort: string
  /** Is marked where it is found. */
  q: string
  onSort(sort: string): void
  onHost(id: string): void
  onPlace(place: { isAtTop: boolean; isAtEnd: boolean }): void
}

/** A table of any length: a tall empty box that holds only the rows in view. */
export function ResultsTable({ query, rows, version, sort, q, onSort, onHost, onPlace }: ResultsTableProps) {
  const box = useRef<HTMLDivElement>(null)
  const sight = useSignal({ start: 0, end: UNKNOWN_ROWS })
  const current = useSignal(-1)
  const opened = useSignal<ResultItem | null>(null)
  const total = rows.total ?? 0
  const { columns, widths, hostPx } = useColumns(query, rows, version)
  const grid = `${hostPx}px ${widths.map(px => `${px}px`).join(' ')}`
  const widthPx = widths.reduce((sum, px) => sum + px, hostPx)

  const look = () => {
    const element = box.current
    if (!element) return
    const { start, end } = windowOf(element, rows.total ?? UNKNOWN_ROWS, ROW_PX)
    if (start !== sight.peek().start || end !== sight.peek().end) sight.value = { start, end }
    onPlace({ isAtTop: element.scrollTop < ROW_PX, isAtEnd: isAtEnd(element, ROW_PX) })
  }
  useLayoutEffect(look, [version])
  useEffect(() => {
    const observer = new ResizeObserver(look)
    if (box.current) observer.observe(box.current)
    return () => observer.disconnect()
  }, [])
  const { start, end } = sight.value
  useEffect(() => rows.want(start, end), [rows, start, end])

  const move = (by: number) => {
    current.value = Math.min(total - 1, Math.max(0, current.value + by))
    const element = box.current
    if (!element) return
    const top = current.value * ROW_PX
    if (top < element.scrollTop) element.scrollTop = top
    const heightPx = element.clientHeight - ROW_PX // of the head
    if (top + ROW_PX > element.scrollTop + heightPx) element.scrollTop = top + ROW_PX - heightPx
  }
  const open = (index: number) => {
    current.value = index
    opened.value = rows.rowAt(index)
  }
  const drawn = useDrawnRows({ rows, columns, q, current: current.value, open })
  return (
    <div class="grid-box">
      <section
        ref={box}
        class="grid"
        aria-label="Rows"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
        tabIndex={0}
        style={{ '--rows': String(total) }}
        onScroll={look}
        onKeyDown={event => keyInTable(event, move, () => current.value >= 0 && open(current.value))}
      >
        <table aria-label="Rows" aria-rowcount={total + 1} style={{ '--grid': grid, minWidth: `${widthPx}px` }}>
          <Head columns={columns} sort={sort} onSort={onSort} />
          <tbody style={{ height: `${total * ROW_PX}px` }}>{drawn(start, Math.min(end, total))}</tbody>
        </table>
      </section>
      {opened.value && (
        <ResultDetails item={opened.value} columns={columns} onHost={onHost} onClose={() => (opened.value = null)} />
      )}
    </div>
  )
}

const PAGE_KEYS_ROWS = 15
const MOVES: Record<string, number> = {
  ArrowDown: 1,
  j: 1,
  ArrowUp: -1,
  k: -1,
  PageDown: PAGE_KEYS_ROWS,
  PageUp: -PAGE_KEYS_ROWS,
  End: Number.MAX_SAFE_INTEGER,
  Home: -Number.MAX_SAFE_INTEGER,
}

function keyInTable(event: KeyboardEvent, move: (by: number) => void, open: () => void) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return
  const by = MOVES[event.key]
  if (by !== undefined) move(by)
  else if (event.key === 'Enter') open()
  else return
  event.preventDefault()
}

const SAMPLE_ROWS = 100
/** Who answers first may have a short name. */
const HOST_PX_MIN = 150

/** Once rows are drawn, columns keep their widths while others come and go. */
function useColumns(query: Query, rows: ResultRows, version: number) {
  const kept = useRef<Columns>({ columns: [], widths: [], hostPx: 0, isSampled: false })
  return useMemo(() => {
    const items = Array.from({ length: SAMPLE_ROWS }, (_, at) => rows.rowAt(at)).filter(item => item !== null)
    const sample = items.map(({ row }) => row ?? {})
    const columns = columnsOf(sample, [...query.columns, ...kept.current.columns])
    const isSame = columns.length === kept.current.columns.length
    if (isSame && (kept.current.isSampled || sample.length === 0)) return kept.current
    const names = items.map(({ hostname, host_identifier }) => ({ host: hostname || host_identifier }))
    const hostPx = Math.max(HOST_PX_MIN, widthsOf(['host'], names)[0] ?? 0)
    kept.current = { columns, widths: widthsOf(columns, sample), hostPx, isSampled: sample.length > 0 }
    return kept.current
  }, [query.columns, rows, version])
}

interface Columns {
  columns: string[]
  widths: number[]
  hostPx: number
  isSampled: boolean
}

interface DrawnRows {
  rows: ResultRows
  columns: string[]
  q: string
  current: number
  open(index: number): void
}

/** Rows that have not changed are not drawn again: scrolling then costs only the rows that come into sight. */
function useDrawnRows({ rows, columns, q, current, open }: DrawnRows) {
  const latest = useRef(open)
  latest.current = open
  const kept = useRef({
    columns,
    nodes: new Map<number, { item: ResultItem | null; isCurrent: boolean; node: VNode }>(),
  })
  if (kept.current.columns !== columns) kept.current = { columns, nodes: new Map() }
  return (start: number, end: number) => {
    const before = kept.current.nodes
    kept.current.nodes = new Map()
    return Array.from({ length: Math.max(0, end - start) }, (_, at) => {
      const index = start + at
      const item = rows.rowAt(index)
      const isCurrent = index === current
      const was = before.get(index)
      const node =
        was?.item === item && was.isCurrent === isCurrent ? (
          was.node
        ) : (
          <GridRow
            key={index}
            index={index}
            item={item}
            columns={columns}
            q={q}
            isCurrent={isCurrent}
            onOpen={() => latest.current(index)}
          />
        )
      kept.current.nodes.set(index, { item, isCurrent, node })
      return node
    })
  }
}

interface HeadProps {
  columns: string[]
  sort: string
  onSort(sort: string): void
}

function Head({ columns, sort, onSort }: HeadProps) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col">host</th>
        {columns.map(column => {
          const order = sort === column ? 'ascending' : sort === `-${column}` ? 'descending' : 'none'
          return (
            <th key={column} scope="col" aria-sort={order}>
              <button type="button" title={`Sort by ${column}`} onClick={() => onSort(turnedSort(sort, column))}>
                {column}
                <span class={`sorted is-${order}`} aria-hidden="true" />
              </button>
            </th>
          )
        })}
      </tr>
    </thead>
  )
}
