import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useKeys } from '../../keys'
import { LineDetails } from './line-details'
import type { LogModel } from './model'
import { Rows } from './rows'
import { type Matches, Toolbar } from './toolbar'

interface LogViewerProps {
  model: LogModel
  steps: string[]
  /** Address of the whole log as text. */
  rawHref: string
  /** Shown while there are no lines. */
  empty: string
  /** Keeps the selected line in the address of the page. */
  isPermalinked?: boolean
}

/** A log of any length: live, searchable, with a link to every line. */
export function LogViewer({ model, steps, rawHref, empty, isPermalinked = false }: LogViewerProps) {
  const searchBox = useRef<HTMLInputElement>(null)
  const matches = useSearch(model)
  const [target, setTarget] = useState({ line: 0, asked: 0 })
  const opened = useSignal(0)

  const show = (line: number) => {
    model.follow(false)
    setTarget(({ asked }) => ({ line, asked: asked + 1 }))
  }
  const select = (line: number) => {
    model.selectedLine.value = line
    if (isPermalinked) history.replaceState(history.state, '', `#L${line}`)
  }
  const step = async (by: 1 | -1) => {
    if (!model.pattern.value) return
    const { lines, current } = matches.value
    const outermost = (by === 1 ? lines[0] : lines.at(-1)) ?? 0
    const from = current || (outermost === 0 ? model.lines.lastLine : 0)
    model.follow(false)
    // Around the end, or to the first one; with none in memory, to the last one before what is.
    const next = (from !== 0 && (await model.findMatch(from, current === 0 ? -1 : by, lines))) || outermost
    if (next === 0) return
    matches.value = { ...matches.value, current: next }
    model.selectedLine.value = next
    show(next)
  }
  usePermalink(isPermalinked, model, show)
  useKeys({
    '/': () => searchBox.current?.focus(),
    f: () => model.follow(!model.isFollowing.value),
    n: () => void step(1),
    N: () => void step(-1),
  })

  const isEmpty = model.version.value >= 0 && model.lines.rowCount === 0
  return (
    <section class="log" aria-label="Log" style={{ '--rows': String(model.lines.rowCount) }}>
      <Toolbar
        model={model}
        steps={steps}
        matches={matches}
        searchBox={searchBox}
        rawHref={rawHref}
        onMatch={by => void step(by)}
      />
      <div class="log-body">
        {model.isLoading.value && <div class="log-loading">Loading lines</div>}
        {model.problem.value !== '' && (
          <div class="log-problem" role="alert">
            {model.problem.value}
          </div>
        )}
        {isEmpty && !model.isLoading.value && <p class="log-empty">{emptyText(model, empty)}</p>}
        <Rows model={model} target={target} onSelect={select} onOpen={line => (opened.value = line)} />
        {!model.isFollowing.value && model.unseen.value > 0 && (
          <button type="button" class="log-unseen" onClick={() => model.follow(true)}>
            {model.unseen.value.toLocaleString('en')} new {model.unseen.value === 1 ? 'line' : 'lines'} ↓
          </button>
        )}
      </div>
      {opened.value > 0 && <LineDetails model={model} line={opened.value} onClose={() => (opened.value = 0)} />}
    </section>
  )
}

const emptyText = (model: LogModel, empty: string) =>
  model.filter.value.level || model.filter.value.step ? 'No line matches this filter.' : empty

/** Matches of what is typed, kept up with new lines: those are searched alone. */
function useSearch(model: LogModel) {
  const matches = useSignal<Matches>({ lines: [], current: 0 })
  const seen = useRef({ pattern: null as RegExp | null, store: model.lines, last: 0, count: 0 })
  useSignalEffect(() => {
    void model.version.value
    const pattern = model.pattern.value
    const { lines: store } = model
    const was = seen.current
    const isMore =
      was.pattern === pattern && was.store === store && store.lineCount - was.count === store.lastLine - was.last
    seen.current = { pattern, store, last: store.lastLine, count: store.lineCount }
    const before = matches.peek()
    const found = model.matchesAfter(isMore ? was.last : 0)
    if (isMore && found.length === 0) return
    const isSame = was.pattern === pattern
    matches.value = { lines: isMore ? before.lines.concat(found) : found, current: isSame ? before.current : 0 }
  })
  return matches
}

/** Opens at `#L123`, and goes there again when the hash changes. */
function usePermalink(isOn: boolean, model: LogModel, show: (line: number) => void) {
  useEffect(() => {
    if (!isOn) return
    const go = async () => {
      const line = Number(/^#L([0-9]+)$/.exec(location.hash)?.[1] ?? 0)
      if (line === 0) return
      model.follow(false)
      await model.goTo(line)
      show(line)
    }
    void go()
    addEventListener('hashchange', go)
    return () => removeEventListener('hashchange', go)
  }, [model])
}
