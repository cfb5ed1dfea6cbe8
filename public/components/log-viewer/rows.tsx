import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { LogRow } from './line-row'
import type { GapRow } from './line-store'
import type { LogModel } from './model'
import { isAtEnd, ROW_PX, scrollTopFor, windowOf } from './window'

interface RowsProps {
  model: LogModel
  /** Asks to bring a line into view. */
  target: { line: number; asked: number }
  onSelect(line: number): void
  onOpen(line: number): void
}

/** Rows above this many load what is older. */
const NEAR_TOP_PX = 40 * ROW_PX

/** The list itself: a tall empty box, and in it only the rows that are in sight. */
export function Rows({ model, target, onSelect, onOpen }: RowsProps) {
  const box = useRef<HTMLDivElement>(null)
  const view = useSignal({ top: 0, height: 600 })
  const anchor = useRef<{ line: number; offset: number } | null>(null)
  const version = model.version.value
  const { lines } = model

  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    if (model.isFollowing.value) element.scrollTop = element.scrollHeight
    else if (anchor.current) element.scrollTop = lines.rowOfLine(anchor.current.line) * ROW_PX + anchor.current.offset
    view.value = { top: element.scrollTop, height: element.clientHeight }
  }, [version, model.isFollowing.value])

  useLayoutEffect(() => {
    const element = box.current
    if (!element || target.line === 0) return
    element.scrollTop = scrollTopFor(lines.rowOfLine(target.line), element.clientHeight)
    remember(element)
  }, [target])

  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(() => {
      if (model.isFollowing.value) element.scrollTop = element.scrollHeight
      view.value = { top: element.scrollTop, height: element.clientHeight }
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  /** Which line is at the top, so that lines coming in above do not move what is being read. */
  function remember(element: HTMLDivElement) {
    view.value = { top: element.scrollTop, height: element.clientHeight }
    const index = Math.floor(element.scrollTop / ROW_PX)
    const row = lines.row(index)
    anchor.current = row && {
      line: row.kind === 'line' ? row.line : row.to + 1,
      offset: element.scrollTop - (index + (row.kind === 'line' ? 0 : 1)) * ROW_PX,
    }
  }

  function scrolled() {
    const element = box.current
    if (!element) return
    const wasAbove = element.scrollTop < view.value.top
    remember(element)
    const atEnd = isAtEnd(element.scrollTop, element.clientHeight, element.scrollHeight)
    if (atEnd) model.follow(true)
    else if (wasAbove) model.follow(false)
    if (element.scrollTop < NEAR_TOP_PX && !model.isFollowing.value) void model.loadOlder()
  }

  const { start, end } = windowOf(view.value.top, view.value.height, lines.rowCount)
  const rows = Array.from({ length: end - start }, (_, i) => lines.row(start + i))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <div class="log-rows" ref={box} onScroll={scrolled} tabIndex={0} role="log" aria-live="off" aria-label="Log lines">
      <div class="log-height" style={{ height: `${lines.rowCount * ROW_PX}px` }}>
        <div class="log-window" style={{ transform: `translateY(${start * ROW_PX}px)` }}>
          {rows.map(row =>
            row === null ? null : row.kind === 'gap' ? (
              <Hole key={`gap${row.to}`} gap={row} model={model} />
            ) : (
              <LogRow
                key={row.line}
                row={row}
                pattern={model.pattern.value}
                isSelected={row.line === model.selectedLine.value}
                onSelect={onSelect}
                onOpen={onOpen}
              />
            ),
          )}
        </div>
      </div>
    </div>
  )
}

const number = new Intl.NumberFormat('en')

/** Lines that are not here: loads them as soon as it is seen. */
function Hole({ gap, model }: { gap: GapRow; model: LogModel }) {
  const isLost = model.lostGaps.value.has(gap.from)
  useSignalEffect(() => {
    if (!model.isLoading.value && !isLost && model.problem.value === '') void model.fill(gap)
  })
  const count = gap.to - gap.from + 1
  const what = `${number.format(count)} ${count === 1 ? 'line' : 'lines'}`
  return (
    <div class="log-row log-gap">
      <span>
        {isLost ? `${what} gone: the server does not keep them any more` : `${what} missing`}
        {!isLost && (
          <button type="button" onClick={() => void model.fill(gap)}>
            {model.isLoading.value ? 'loading' : 'reload'}
          </button>
        )}
      </span>
    </div>
  )
}
