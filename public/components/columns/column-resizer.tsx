import { useRef } from 'preact/hooks'
import { WIDTH_MAX_PX, WIDTH_MIN_PX } from './layout'
import { resizeColumn, unsizeColumn } from './remembered'

interface ColumnResizerProps {
  table: string
  name: string
  title: string
  /** The edge that moves: the start for columns after the one that takes the remaining space. */
  edge: 'start' | 'end'
}

const STEP_PX = 16

/** Resizes the column whose heading contains it, by dragging or with the arrow keys. A double click undoes it. */
export function ColumnResizer({ table, name, title, edge }: ColumnResizerProps) {
  const handle = useRef<HTMLHRElement>(null)
  const drag = useRef<{ fromX: number; widthPx: number } | null>(null)
  const widthPx = () => handle.current?.parentElement?.getBoundingClientRect().width ?? WIDTH_MIN_PX
  const sign = edge === 'end' ? 1 : -1
  return (
    <hr
      ref={handle}
      class={`column-resizer is-${edge}`}
      aria-orientation="vertical"
      aria-label={`Resize ${title}`}
      aria-valuemin={WIDTH_MIN_PX}
      aria-valuemax={WIDTH_MAX_PX}
      aria-valuenow={Math.round(handle.current ? widthPx() : WIDTH_MIN_PX)}
      tabIndex={0}
      onDblClick={() => unsizeColumn(table, name)}
      onPointerDown={event => {
        event.preventDefault()
        handle.current?.setPointerCapture(event.pointerId)
        drag.current = { fromX: event.clientX, widthPx: widthPx() }
      }}
      onPointerMove={event => {
        const { fromX, widthPx: before } = drag.current ?? {}
        if (fromX === undefined || before === undefined) return
        resizeColumn(table, name, before + sign * (event.clientX - fromX))
      }}
      onPointerUp={() => (drag.current = null)}
      onPointerCancel={() => (drag.current = null)}
      onKeyDown={event => {
        const by = event.key === 'ArrowRight' ? STEP_PX : event.key === 'ArrowLeft' ? -STEP_PX : 0
        if (by === 0) return
        event.preventDefault()
        event.stopPropagation()
        resizeColumn(table, name, widthPx() + sign * by)
      }}
    />
  )
}

/** The edge of each column that moves when it is resized. */
export function edgeOf(columns: readonly { name: string; isMain?: boolean }[], name: string): 'start' | 'end' {
  const main = columns.findIndex(({ isMain }) => isMain)
  return main >= 0 && columns.findIndex(each => each.name === name) > main ? 'start' : 'end'
}
