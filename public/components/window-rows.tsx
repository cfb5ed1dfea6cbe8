import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { windowOf } from './row-window'

interface WindowRowsProps<Item> {
  name: string
  items: readonly Item[]
  rowPx: number
  idOf(item: Item): string
  /** Must only depend on signals otherwise: it is called again when the item or its place has changed. */
  row(item: Item): VNode
}

const FIRST_ROWS = 40

/**
 * Any number of rows of one height in a page that scrolls. Only those near the viewport are rendered. When rows are
 * added or removed above, the first visible one stays where it is.
 */
export function WindowRows<Item>({ name, items, rowPx, idOf, row }: WindowRowsProps<Item>) {
  const box = useRef<HTMLUListElement>(null)
  const range = useSignal({ start: 0, end: FIRST_ROWS })
  const latest = useRef(items)
  latest.current = items
  /** The first visible row; none while the top of the list is in view. */
  const anchor = useRef<{ id: string; at: number } | null>(null)
  const look = () => {
    const element = box.current
    if (!element) return
    const scrollTop = -element.getBoundingClientRect().top
    const next = windowOf({ scrollTop, clientHeight: innerHeight }, latest.current.length, rowPx)
    const at = Math.floor(scrollTop / rowPx)
    const first = scrollTop > 0 ? latest.current[at] : undefined
    anchor.current = first === undefined ? null : { id: idOf(first), at }
    if (next.start !== range.peek().start || next.end !== range.peek().end) range.value = next
  }
  useLayoutEffect(() => {
    const was = anchor.current
    const at = was ? items.findIndex(item => idOf(item) === was.id) : -1
    if (was && at >= 0 && at !== was.at) scrollBy(0, (at - was.at) * rowPx)
    look()
  }, [items, rowPx])
  useEffect(() => {
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [rowPx])

  const kept = useRef(new Map<string, { item: Item; at: number; rowPx: number; node: VNode }>())
  const before = kept.current
  kept.current = new Map()
  const { start, end } = range.value
  const nodes = items.slice(start, end).map((item, index) => {
    const id = idOf(item)
    const at = start + index
    const was = before.get(id)
    const node =
      was?.item === item && was.at === at && was.rowPx === rowPx ? (
        was.node
      ) : (
        <li key={id} class="window-row" style={{ top: `${at * rowPx}px`, height: `${rowPx}px` }}>
          {row(item)}
        </li>
      )
    kept.current.set(id, { item, at, rowPx, node })
    return node
  })
  return (
    <ul ref={box} class="window-rows" aria-label={name} style={{ height: `${items.length * rowPx}px` }}>
      {nodes}
    </ul>
  )
}
