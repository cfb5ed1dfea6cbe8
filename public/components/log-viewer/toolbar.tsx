import type { Signal } from '@preact/signals'
import type { RefObject } from 'preact'
import type { LogModel } from './model'

/** Lines in memory that match the search, and the one that was gone to last (0: none yet). */
export interface Matches {
  lines: number[]
  current: number
}

interface ToolbarProps {
  model: LogModel
  steps: string[]
  matches: Signal<Matches>
  searchBox: RefObject<HTMLInputElement | null>
  rawHref: string
  onMatch(by: 1 | -1): void
}

export function Toolbar({ model, steps, matches, searchBox, rawHref, onMatch }: ToolbarProps) {
  const { level, step } = model.filter.value
  const { lines, current } = matches.value
  const at = lines.indexOf(current)
  return (
    <div class="log-toolbar" role="toolbar" aria-label="Log">
      <select
        aria-label="Level"
        value={level}
        onChange={event => void model.setFilter({ step, level: event.currentTarget.value })}
      >
        <option value="">all levels</option>
        <option value="info">info and above</option>
        <option value="warn">warn and above</option>
        <option value="error">error only</option>
      </select>
      {steps.length > 0 && (
        <select
          aria-label="Step"
          value={step}
          onChange={event => void model.setFilter({ level, step: event.currentTarget.value })}
        >
          <option value="">all steps</option>
          {steps.map(name => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
      <div class="log-search">
        <input
          ref={searchBox}
          type="search"
          placeholder="Search lines  /"
          aria-label="Search in lines"
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
              {lines.length === 0 ? 'none here' : `${at < 0 ? '–' : at + 1} / ${lines.length}`}
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
      <span class="spring" />
      <button
        type="button"
        class={model.isFollowing.value ? 'toggle is-on' : 'toggle'}
        aria-pressed={model.isFollowing.value}
        title="Follow new lines (f)"
        onClick={() => model.follow(!model.isFollowing.value)}
      >
        {model.isFollowing.value ? 'Following' : 'Follow'}
      </button>
      <a class="button" href={rawHref} download>
        Raw
      </a>
    </div>
  )
}
