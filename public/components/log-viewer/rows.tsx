import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { counted } from '../../../text/numbers'
import { isAtEnd, scrollTopFor, windowOf } from '../row-window'
import { Layout } from './layout'
import { LogRow, type LogRowProps } from './line-row'
import type { GapRow } from './line-store'
import type { LogModel } from './model'
import { Probe } from './probe'
import { isWrapped, times } from './settings'

interface RowsProps extends Pick<LogRowProps, 'origin' | 'sources' | 'onSelect' | 'onOpen'> {
  model: LogModel
  /** The line to scroll to; `request` changes with each request, so that the same line can be requested again. */
  target: { line: number; request: number }
}

/** Must equal `--row` in css/log-viewer.css. */
const ROW_PX = 20
/** Scrolling above this loads older lines. */
const NEAR_TOP_PX = 40 * ROW_PX

/** The virtual list: a box as tall as all rows, which contains only those in view. */
export function Rows({ model, target, origin, sources, onSelect, onOpen }: RowsProps) {
  const box = useRef<HTMLDivElement>(null)
  const view = useSignal({ scrollTop: 0, clientHeight: 600 })
  const columns = useSignal(0)
  const anchor = useRef<{ line: number; offset: number } | null>(null)
  const version = model.version.value
  const { lines } = model
  const layout = new Layout(lines, isWrapped.value ? columns.value : 0)
  const topOf = (line: number) => layout.topOf(lines.rowOfLine(line)) * ROW_PX

  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    if (model.isFollowing.value) element.scrollTop = element.scrollHeight
    else if (anchor.current) element.scrollTop = topOf(anchor.current.line) + anchor.current.offset
    view.value = viewOf(element)
  }, [version, model.isFollowing.value, layout.columns])

  useLayoutEffect(() => {
    const element = box.current
    if (!element || target.line === 0) return
    element.scrollTop = scrollTopFor(layout.topOf(lines.rowOfLine(target.line)), element, ROW_PX)
    rememberTop(element)
  }, [target])

  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(() => {
      if (model.isFollowing.value) element.scrollTop = element.scrollHeight
      view.value = viewOf(element)
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  /** Remembers the line at the top, so that lines inserted above do not shift the view. */
  function rememberTop(element: HTMLDivElement) {
    view.value = viewOf(element)
    const index = layout.rowAt(element.scrollTop / ROW_PX)
    const row = lines.row(index)
    const below = row?.kind === 'gap' ? index + 1 : index
    anchor.current = row && {
      line: row.kind === 'line' ? row.line : row.to + 1,
      offset: element.scrollTop - layout.topOf(below) * ROW_PX,
    }
  }

  function scrolled() {
    const element = box.current
    if (!element) return
    const movedBy = element.scrollTop - view.value.scrollTop
    rememberTop(element)
    // A jump to a line near the end does not count: only whoever scrolls down to the end wants to follow.
    if (isAtEnd(element, ROW_PX)) {
      if (movedBy > 0) model.follow(true)
    } else if (movedBy < 0) model.follow(false)
    if (element.scrollTop < NEAR_TOP_PX && !model.isFollowing.value) void model.loadOlder()
  }

  const drawn = windowOf(view.value, layout.height, ROW_PX)
  const start = layout.rowAt(drawn.start)
  const end = drawn.end === 0 ? 0 : layout.rowAt(drawn.end - 1) + 1
  const className = isWrapped.value ? 'log-rows is-wrapped' : 'log-rows'
  const selection = model.selection
  const shared = { pattern: model.pattern.value, times: times.value, origin, sources, onSelect, onOpen }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <div class={className} ref={box} onScroll={scrolled} tabIndex={0} role="log" aria-live="off" aria-label="Log lines">
      {isWrapped.value && <Probe columns={columns} sources={sources} hasTimes={times.value !== 'off'} />}
      {/* Padding rather than a transform: a row stays in its place while others are added, so that nothing shifts. */}
      <div
        class="log-height"
        style={{ height: `${layout.height * ROW_PX}px`, paddingTop: `${layout.topOf(start) * ROW_PX}px` }}
      >
        {Array.from({ length: end - start }, (_, i) => {
          const row = lines.row(start + i)
          if (row === null) return null
          if (row.kind === 'gap') return <Gap key={`gap${row.to}`} gap={row} model={model} />
          return (
            <LogRow
              key={row.line}
              row={row}
              isSelected={selection !== null && row.line >= selection.from && row.line <= selection.to}
              {...(layout.columns > 0 && { heightPx: layout.heightOf(start + i) * ROW_PX })}
              {...shared}
            />
          )
        })}
      </div>
    </div>
  )
}

const viewOf = ({ scrollTop, clientHeight }: HTMLElement) => ({ scrollTop, clientHeight })

/** A gap in the lines, which it loads when it comes into view. */
function Gap({ gap, model }: { gap: GapRow; model: LogModel }) {
  const isLost = model.lostGaps.value.has(gap.from)
  useSignalEffect(() => {
    if (!model.isLoading.value && !isLost && model.problem.value === '') void model.fill(gap)
  })
  const count = gap.to - gap.from + 1
  const what = counted(count, 'line')
  return (
    <div class="log-row log-gap">
      <span>
        {isLost ? `${what} no longer on the server` : `${what} missing`}
        {!isLost && (
          <button type="button" onClick={() => void model.fill(gap)}>
            {model.isLoading.value ? 'loading' : 'reload'}
          </button>
        )}
      </span>
    </div>
  )
}
