import type { RefObject } from 'preact'
import { useRef } from 'preact/hooks'
import { navigate } from '../router'
import { type JobFilters, searchOf } from '../routes'
import { STATES } from './job'

const TYPING_MS = 250

interface FilterBarProps {
  filters: JobFilters
  kinds: string[]
  searchBox: RefObject<HTMLInputElement>
}

export function FilterBar({ filters, kinds, searchBox }: FilterBarProps) {
  const typing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const set = (change: Partial<JobFilters>) =>
    navigate(`/queue${searchOf({ ...filters, ...change })}`, { replace: true })
  const isOn = searchOf(filters) !== ''
  return (
    <search class="filters">
      <fieldset class="chips" aria-label="Status">
        {['', ...STATES].map(status => (
          <button key={status} type="button" aria-pressed={filters.status === status} onClick={() => set({ status })}>
            {status === '' ? 'all' : status}
          </button>
        ))}
      </fieldset>
      <select aria-label="Kind" value={filters.kind} onChange={event => set({ kind: event.currentTarget.value })}>
        <option value="">all kinds</option>
        {kinds.map(kind => (
          <option key={kind} value={kind}>
            {kind}
          </option>
        ))}
      </select>
      <input
        ref={searchBox}
        type="search"
        placeholder="Search jobs  /"
        aria-label="Search jobs"
        defaultValue={filters.q}
        onInput={event => {
          const q = event.currentTarget.value.trim()
          clearTimeout(typing.current)
          typing.current = setTimeout(() => set({ q }), TYPING_MS)
        }}
        onKeyDown={event => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      <label class="check-label">
        <input
          type="checkbox"
          checked={filters.children !== ''}
          onChange={event => set({ children: event.currentTarget.checked ? '1' : '' })}
        />
        children
      </label>
      {isOn && (
        <a class="button" href="/queue">
          Clear
        </a>
      )}
    </search>
  )
}
