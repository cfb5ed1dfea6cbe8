import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import type { Query, ResultItem } from '../../../src/contract/queries'
import { ColumnResizer, layoutOf } from '../../components/columns'
import { isAtEnd, windowOf } from '../../components/row-window'
import { columnsOf } from '../query-result'
import { isNumeric, RESULT_TABLE, widthsOf } from './columns'
import { GridRow, ROW_PX } from './grid-row'
import { ResultDetails } from './result-details'
import type { ResultRows } from './result-rows'
import { nextSort } from './view'

/** Rows to fetch before the total is known. */
const UNKNOWN_ROWS = 40

interface ResultsTableProps {
  query: Query
  rows: ResultRows
  /** Increases when rows have arrived. */
  version: number
  sort: string
  /** The search text, whose matches are marked. */
  q: string
  onSort(sort: string): void
  onHost(id: string): void
  onPlace(place: { isAtTop: boolean; isAtEnd: boolean }): void
}

/** A virtual table: a box as tall as all rows, which contains only those in view. */
export function ResultsTable({ query, rows, version, sort, q, onSort, onHost, onPlace }: ResultsTableProps) {
  const box = useRef<HTMLDivElement>(null)
  const visible = useSignal({ start: 0, end: UNKNOWN_ROWS })
  const current = useSignal(-1)
  const opened = useSignal<ResultItem | null>(null)
  const total = rows.total ?? 0
  const { columns, numeric, widths } = useShownColumns(query, rows, version)
  const grid = widths.map(px => `${px}px`).join(' ')
  const widthPx = widths.reduce((sum, px) => sum + px, 0)

  const look = () => {
    const element = box.current
    if (!element) return
    const { start, end } = windowOf(element, rows.total ?? UNKNOWN_ROWS, ROW_PX)
    if (start !== visible.peek().start || end !== visible.peek().end) visible.value = { start, end }
    onPlace({ isAtTop: element.scrollTop < ROW_PX, isAtEnd: isAtEnd(element, ROW_PX) })
  }
  useLayoutEffect(look, [version])
  useEffect(() => {
    const observer = new ResizeObserver(look)
    if (box.current) observer.observe(box.current)
    return () => observer.disconnect()
  }, [])
  const { start, end } = visible.value
  useEffect(() => rows.want(start, end), [rows, start, end])

  const move = (by: number) => {
    current.value = Math.min(total - 1, Math.max(0, current.value + by))
    const element = box.current
    if (!element) return
    const top = current.value * ROW_PX
    if (top < element.scrollTop) element.scrollTop = top
    const heightPx = element.clientHeight - ROW_PX // the header row
    if (top + ROW_PX > element.scrollTop + heightPx) element.scrollTop = top + ROW_PX - heightPx
  }
  const open = (index: number) => {
    current.value = index
    opened.value = rows.rowAt(index)
  }
  const render = useRenderedRows({ rows, columns, numeric, q, current: current.value, open })
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
          <Head columns={columns} numeric={numeric} sort={sort} onSort={onSort} />
          <tbody style={{ height: `${total * ROW_PX}px` }}>{render(start, Math.min(end, total))}</tbody>
        </table>
      </section>
      {opened.value && (
        <ResultDetails
          item={opened.value}
          columns={query.columns}
          onHost={onHost}
          onClose={() => (opened.value = null)}
        />
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
/** The first hosts to answer may have short names. */
const HOST_PX_MIN = 150

/** Columns keep their widths once rows have been rendered, also while new columns are added. */
function useColumns(query: Query, rows: ResultRows, version: number) {
  const kept = useRef<Columns>({ columns: [], numeric: new Set(), widths: [], hostPx: 0, isSampled: false })
  return useMemo(() => {
    const items = Array.from({ length: SAMPLE_ROWS }, (_, at) => rows.rowAt(at)).filter(item => item !== null)
    const sample = items.map(({ row }) => row ?? {})
    const columns = columnsOf(sample, [...query.columns, ...kept.current.columns])
    const isSame = columns.length === kept.current.columns.length
    if (isSame && (kept.current.isSampled || sample.length === 0)) return kept.current
    const names = items.map(({ hostname, host_identifier }) => ({ host: hostname || host_identifier }))
    const hostPx = Math.max(HOST_PX_MIN, widthsOf(['host'], names)[0] ?? 0)
    const numeric = new Set(columns.filter(column => isNumeric(column, sample)))
    kept.current = { columns, numeric, widths: widthsOf(columns, sample), hostPx, isSampled: sample.length > 0 }
    return kept.current
  }, [query.columns, rows, version])
}

/** The columns that are not hidden, and their widths after that of the host. */
function useShownColumns(query: Query, rows: ResultRows, version: number) {
  const all = useColumns(query, rows, version)
  const layout = layoutOf(RESULT_TABLE).value
  return useMemo(() => {
    const columns = all.columns.filter(column => !layout.hidden.includes(column))
    const widths = columns.map(column => layout.widths[column] ?? all.widths[all.columns.indexOf(column)] ?? 0)
    return { columns, numeric: all.numeric, widths: [layout.widths.host ?? all.hostPx, ...widths] }
  }, [all, layout])
}

interface Columns {
  columns: string[]
  /** Those with numbers only. */
  numeric: ReadonlySet<string>
  widths: number[]
  hostPx: number
  isSampled: boolean
}

interface RenderedRows {
  rows: ResultRows
  columns: string[]
  numeric: ReadonlySet<string>
  q: string
  current: number
  open(index: number): void
}

/** Reuses the nodes of unchanged rows, so that scrolling only renders the rows that come into view. */
function useRenderedRows({ rows, columns, numeric, q, current, open }: RenderedRows) {
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
            numeric={numeric}
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

interface HeadProps extends Pick<Columns, 'columns' | 'numeric'> {
  sort: string
  onSort(sort: string): void
}

function Head({ columns, numeric, sort, onSort }: HeadProps) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col">
          host
          <ColumnResizer table={RESULT_TABLE} name="host" title="host" edge="end" />
        </th>
        {columns.map(column => {
          const order = sort === column ? 'ascending' : sort === `-${column}` ? 'descending' : 'none'
          return (
            <th key={column} scope="col" aria-sort={order} class={numeric.has(column) ? 'number' : undefined}>
              <button type="button" title={`Sort by ${column}`} onClick={() => onSort(nextSort(sort, column))}>
                {column}
                <span class={`sorted is-${order}`} aria-hidden="true" />
              </button>
              <ColumnResizer table={RESULT_TABLE} name={column} title={column} edge="end" />
            </th>
          )
        })}
      </tr>
    </thead>
  )
}
