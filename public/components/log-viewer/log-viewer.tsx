import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { counted } from '../../../text/numbers'
import { messageOf } from '../../api'
import { useKeys } from '../../keys'
import { setFilters } from '../../router'
import { JumpForm } from './jump-form'
import { LineDetails } from './line-details'
import type { Sources } from './line-row'
import type { LogFilter, LogModel } from './model'
import { LogNotice, type Notice } from './notice'
import { PrintedLog } from './printed-log'
import { Rows } from './rows'
import { toggleWrap } from './settings'
import { Toolbar } from './toolbar'
import { showSelection, useAddress } from './use-address'
import { useFullScreen } from './use-full-screen'
import { nextMatch, useSearch } from './use-search'

interface LogViewerProps {
  model: LogModel
  steps: string[]
  /** If there are several, lines can be filtered by attempt. */
  attempts?: number
  /** API path of the log, for downloads; null if it has none. */
  path: string | null
  /** What the log covers, to choose from in its toolbar. */
  scope?: ComponentChildren
  /** Shown while there are no lines. */
  empty: string
  /** Origin of relative times, in milliseconds since 1970. Default: now. */
  origin?: number | null
  /** What the source column shows. Default: nothing. */
  sources?: Sources
  /** Keeps the filter and the selection in the URL, for the main log of a page. */
  isPermalinked?: boolean
}

/** Shows a log of any length: live, searchable, and with a link to every line. */
export function LogViewer({ model, steps, attempts = 1, path, empty, origin = null, ...rest }: LogViewerProps) {
  const { sources = 'none', isPermalinked = false, scope } = rest
  const searchBox = useRef<HTMLInputElement>(null)
  const matches = useSearch(model)
  const [target, setTarget] = useState({ line: 0, request: 0 })
  const opened = useSignal(0)
  const isJumping = useSignal(false)
  const box = useRef<HTMLElement>(null)
  const isFull = useFullScreen(box)
  const notice = useSignal<Notice>({ text: '', count: 0 })

  const say = (text: string, isBrief = false) => (notice.value = { text, isBrief, count: notice.peek().count + 1 })
  const show = (line: number) => {
    model.follow(false)
    setTarget(({ request }) => ({ line, request: request + 1 }))
  }
  const select = (line: number, isRange = false) => {
    const first = model.selectedLine.value
    if (isRange && first !== 0) model.select(first, line)
    else model.select(line)
    if (isPermalinked && model.selection) showSelection(model.selection)
  }
  /** Goes to a line that was found; 0 means that there is none, and shows `notFound`. */
  const goTo = (line: number, notFound: string) => {
    say(line === 0 ? notFound : '')
    if (line === 0) return
    select(line)
    show(line)
  }
  const toMatch = async (by: 1 | -1) => {
    const line = await nextMatch(model, matches.value, by)
    if (line === 0) return
    matches.value = { ...matches.value, current: line }
    goTo(line, '')
  }
  const toError = async (by: 1 | -1) => {
    const from = model.selectedLine.value
    goTo(await model.findError(from, by), from === 0 ? 'No errors.' : `No errors ${by === 1 ? 'below' : 'above'}.`)
  }
  const explain = async (line: number) => say(await model.whyMissing(line))
  const toLine = async (line: number) => ((await model.goTo(line)) ? goTo(line, '') : explain(line))
  const toTime = async (ms: number) => goTo(await model.findTime(ms), 'There are no lines after that time.')
  const filter = (change: Partial<LogFilter>) =>
    isPermalinked ? setFilters(change) : void model.setFilter({ ...model.filter.value, ...change })
  const copy = async (textOf: () => string | Promise<string>) => {
    try {
      await navigator.clipboard.writeText(await textOf())
      say('Copied', true)
    } catch (error) {
      say(`Copying failed: ${messageOf(error)}`)
    }
  }
  useAddress(isPermalinked, model, show, line => void explain(line))
  useKeys({
    '/': () => searchBox.current?.focus(),
    f: () => model.follow(!model.isFollowing.value),
    n: () => void toMatch(1),
    N: () => void toMatch(-1),
    e: () => void toError(1),
    E: () => void toError(-1),
    w: toggleWrap,
    ':': () => (isJumping.value = true),
  })

  const isEmpty = model.version.value >= 0 && model.lines.rowCount === 0
  return (
    <section
      ref={box}
      class={isFull.value ? 'log is-full' : 'log'}
      aria-label="Log"
      style={{ '--rows': String(model.lines.rowCount) }}
    >
      <Toolbar
        model={model}
        steps={steps}
        attempts={attempts}
        matches={matches}
        searchBox={searchBox}
        path={path}
        scope={scope}
        onFilter={filter}
        onMatch={by => void toMatch(by)}
        onError={by => void toError(by)}
        onJump={() => (isJumping.value = !isJumping.value)}
        onCopy={() => void copy(() => model.selectedText())}
        onCopyLink={isPermalinked ? () => void copy(() => location.href) : null}
        isFull={isFull}
      />
      {isJumping.value && (
        <JumpForm
          near={model.timeOf(model.selectedLine.value || model.lines.lastLine)}
          onLine={line => void toLine(line)}
          onTime={ms => void toTime(ms)}
          onClose={() => (isJumping.value = false)}
        />
      )}
      <div class="log-body">
        {model.isLoading.value && <div class="log-loading">Loading…</div>}
        {model.problem.value !== '' && (
          <div class="log-problem" role="alert">
            {model.problem.value}
          </div>
        )}
        {isEmpty && !model.isLoading.value && <p class="log-empty">{model.isFiltered ? 'No lines match' : empty}</p>}
        <Rows
          model={model}
          target={target}
          origin={origin}
          sources={sources}
          onSelect={select}
          onOpen={line => (opened.value = line)}
        />
        <LogNotice notice={notice.value} />
        {!model.isFollowing.value && model.unseen.value > 0 && (
          <button type="button" class="log-unseen" onClick={() => model.follow(true)}>
            {counted(model.unseen.value, 'new line')} ↓
          </button>
        )}
      </div>
      <PrintedLog model={model} />
      {opened.value > 0 && <LineDetails model={model} line={opened.value} onClose={() => (opened.value = 0)} />}
    </section>
  )
}
