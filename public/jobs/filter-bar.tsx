import { OUTCOME_LEVELS } from '../../src/contract/values'
import { FilterSelect, PeriodSelect } from '../components/filter-select'
import { TypedFilter } from '../components/typed-filter'
import { navigate } from '../router'
import { type JobFilters, searchOf } from './filters'
import { STATES } from './job'

interface FilterBarProps {
  filters: JobFilters
  kinds: string[]
}

export function FilterBar({ filters, kinds }: FilterBarProps) {
  const set = (change: Partial<JobFilters>) =>
    navigate(`/jobs${searchOf({ ...filters, ...change })}`, { replace: true })
  return (
    <search class="filters">
      <fieldset class="chips" aria-label="Status">
        {['', ...STATES].map(status => (
          <button key={status} type="button" aria-pressed={filters.status === status} onClick={() => set({ status })}>
            {status === '' ? 'all' : status}
          </button>
        ))}
      </fieldset>
      <FilterSelect
        label="Outcome"
        all="All outcomes"
        value={filters.outcome}
        options={[...OUTCOME_LEVELS]}
        onChange={outcome => set({ outcome })}
      />
      <FilterSelect
        label="Kind"
        all="All kinds"
        value={filters.kind}
        options={kinds}
        onChange={kind => set({ kind })}
      />
      <PeriodSelect label="Created" value={filters.since} onChange={since => set({ since })} />
      <TypedFilter hasShortcut label="Search jobs" hint="Search jobs" value={filters.q} onTyped={q => set({ q })} />
      <TypedFilter
        label="Created by"
        hint="Created by"
        value={filters.actor}
        onTyped={actor => set({ actor })}
        isNarrow
      />
      <label class="check-label">
        <input
          type="checkbox"
          checked={filters.children !== ''}
          onChange={event => set({ children: event.currentTarget.checked ? '1' : '' })}
        />
        include child jobs
      </label>
      <LinkFilters filters={filters} onRemove={set} />
      {searchOf(filters) !== '' && (
        <a class="button" href="/jobs">
          Clear
        </a>
      )}
    </search>
  )
}

const LINK_FILTERS = {
  fingerprint: 'one error',
  root_id: 'one job tree',
  parent_id: 'children of one job',
  ancestor_id: 'jobs below one job',
} as const

/** Filters that only links set. They are shown so that it is clear why other jobs are missing. */
function LinkFilters({ filters, onRemove }: { filters: JobFilters; onRemove(change: Partial<JobFilters>): void }) {
  const names = Object.keys(LINK_FILTERS) as Array<keyof typeof LINK_FILTERS>
  return names
    .filter(name => filters[name] !== '')
    .map(name => (
      <button key={name} type="button" class="toggle is-on" onClick={() => onRemove({ [name]: '' })}>
        {LINK_FILTERS[name]} ×
      </button>
    ))
}
