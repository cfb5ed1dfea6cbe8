import type { Signal } from '@preact/signals'
import { Clock, Maximize2, Minimize2 } from 'lucide'
import type { ComponentChildren, RefObject } from 'preact'
import { formatCount } from '../../../text/numbers'
import { Icon } from '../icon'
import type { LogFilter, LogModel } from './model'
import { isWrapped, nextTimeFormat, times, toggleWrap } from './settings'

/** The matching lines in memory, and the one last jumped to (0: none yet). */
export interface Matches {
  lines: number[]
  current: number
}

interface ToolbarProps {
  model: LogModel
  steps: string[]
  attempts: number
  matches: Signal<Matches>
  searchBox: RefObject<HTMLInputElement | null>
  /** API path of the log, for downloads; null if it has none. */
  path: string | null
  scope: ComponentChildren
  onFilter(change: Partial<LogFilter>): void
  onMatch(by: 1 | -1): void
  onError(by: 1 | -1): void
  onJump(): void
  onCopy(): void
  /** Null if lines have no links. */
  onCopyLink: (() => void) | null
  isFull: Signal<boolean>
}

export function Toolbar(props: ToolbarProps) {
  const { model, path, onError, onJump, onCopy, onCopyLink } = props
  const range = model.selection
  const count = range ? range.to - range.from + 1 : 0
  return (
    <div class="log-toolbar" role="toolbar" aria-label="Log">
      <Filters {...props} />
      <Search {...props} />
      <span class="log-errors">
        <button type="button" aria-label="Previous error" title="Previous error (E)" onClick={() => onError(-1)}>
          ↑
        </button>
        <button type="button" aria-label="Next error" title="Next error (e)" onClick={() => onError(1)}>
          ↓ error
        </button>
      </span>
      {props.scope}
      <span class="spacer" />
      {range && (
        <button type="button" title="Shift-click a line number to select more" onClick={onCopy}>
          Copy {count === 1 ? 'line' : `${formatCount(count)} lines`}
        </button>
      )}
      {range && onCopyLink && (
        <button type="button" onClick={onCopyLink}>
          Copy link
        </button>
      )}
      <Toggle name="Wrap" hint="Wrap long lines (w)" isOn={isWrapped.value} onClick={toggleWrap} />
      <button
        type="button"
        class="icon"
        aria-label={`Times: ${TIMES_SHOWN[times.value]}`}
        title={`Times: ${TIMES_SHOWN[times.value]}`}
        onClick={nextTimeFormat}
      >
        <Icon of={Clock} size={14} />
      </button>
      <button type="button" title="Go to a line or a time (g)" onClick={onJump}>
        Go to
      </button>
      <Toggle
        name={model.isFollowing.value ? 'Following' : 'Follow'}
        hint="Follow new lines (f)"
        isOn={model.isFollowing.value}
        onClick={() => model.follow(!model.isFollowing.value)}
      />
      {path !== null && <Downloads path={path} model={model} />}
      <FullScreen isFull={props.isFull} />
    </div>
  )
}

const TIMES_SHOWN = { clock: 'time of day', relative: 'relative', off: 'hidden' }

function FullScreen({ isFull }: { isFull: Signal<boolean> }) {
  return (
    <button
      type="button"
      class="icon"
      aria-label="Full screen"
      aria-pressed={isFull.value}
      title={isFull.value ? 'Leave full screen (Escape)' : 'Full screen (F)'}
      onClick={() => (isFull.value = !isFull.value)}
    >
      <Icon of={isFull.value ? Minimize2 : Maximize2} size={14} />
    </button>
  )
}

interface ToggleProps {
  name: string
  hint: string
  isOn: boolean
  onClick(): void
}

function Toggle({ name, hint, isOn, onClick }: ToggleProps) {
  return (
    <button type="button" class={isOn ? 'toggle is-on' : 'toggle'} aria-pressed={isOn} title={hint} onClick={onClick}>
      {name}
    </button>
  )
}

function Filters({ model, steps, attempts, onFilter }: ToolbarProps) {
  const { level, step, attempt } = model.filter.value
  return (
    <>
      <select aria-label="Level" value={level} onChange={event => onFilter({ level: event.currentTarget.value })}>
        <option value="">all levels</option>
        <option value="info">info and above</option>
        <option value="warn">warn and above</option>
        <option value="error">errors only</option>
      </select>
      {steps.length > 0 && (
        <select aria-label="Step" value={step} onChange={event => onFilter({ step: event.currentTarget.value })}>
          <option value="">all steps</option>
          {steps.map(name => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
      {attempts > 1 && (
        <select
          aria-label="Attempt"
          value={attempt}
          onChange={event => onFilter({ attempt: event.currentTarget.value })}
        >
          <option value="">all attempts</option>
          {Array.from({ length: attempts }, (_, at) => (
            <option key={at} value={String(at + 1)}>
              attempt {at + 1}
            </option>
          ))}
        </select>
      )}
    </>
  )
}

function Search({ model, matches, searchBox, onMatch }: ToolbarProps) {
  const { lines, current } = matches.value
  const at = lines.indexOf(current)
  return (
    <div class="log-search">
      <input
        ref={searchBox}
        type="search"
        placeholder="Search lines  /"
        aria-label="Search lines"
        value={model.query.value}
        onInput={event => {
          model.query.value = event.currentTarget.value
        }}
        onKeyDown={event => {
          if (event.key === 'Enter') onMatch(event.shiftKey ? -1 : 1)
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      {model.query.value !== '' && (
        <>
          <span class="log-count" aria-live="polite">
            {lines.length === 0 ? 'no matches' : `${at < 0 ? '–' : at + 1} / ${lines.length}`}
          </span>
          <button type="button" aria-label="Previous match" onClick={() => onMatch(-1)}>
            ↑
          </button>
          <button type="button" aria-label="Next match" onClick={() => onMatch(1)}>
            ↓
          </button>
        </>
      )}
    </div>
  )
}

/** Links to download the log, as filtered. */
function Downloads({ path, model }: { path: string; model: LogModel }) {
  const hrefOf = (format: string) =>
    `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams({ format, ...model.filterParams })}`
  return (
    <span class="log-downloads">
      <a class="button" href={hrefOf('text')} download title="Download as text">
        Text
      </a>
      <a class="button" href={hrefOf('ndjson')} download title="Download as NDJSON, one object per line">
        NDJSON
      </a>
    </span>
  )
}
