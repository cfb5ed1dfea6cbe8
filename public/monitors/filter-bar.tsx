import type { ReadonlySignal } from '@preact/signals'
import { MONITOR_STATUSES, MONITOR_TYPES } from '../../src/contract/values'
import { formatCount } from '../../text/numbers'
import { FilterSelect } from '../components/filter-select'
import { TypedFilter } from '../components/typed-filter'
import { useFetch } from '../use-fetch'
import { isNarrowed, type MonitorFilters, monitorSearchOf, SORTS, toggledLabel } from './filters'
import type { MonitorCounts } from './monitor-news'
import { MonitorStatusMark } from './monitor-status'
import { TYPE_NAMES } from './words'

interface FilterBarProps {
  filters: MonitorFilters
  counts: ReadonlySignal<MonitorCounts | null>
  onChange(change: Partial<MonitorFilters>): void
}

const LABELS_POLL_MS = 60_000
const TYPES = MONITOR_TYPES.map(value => ({ value, name: TYPE_NAMES[value] }))
const [, ...OTHER_SORTS] = SORTS

/** Filters for monitors: status with counts, search, type, labels and order. */
export function FilterBar({ filters, counts, onChange }: FilterBarProps) {
  const labels = useFetch('/api/monitors/labels', {}, { pollMs: LABELS_POLL_MS })
  const known = labels.value.value?.items.map(({ name, value }) => `${name}=${value}`) ?? []
  const { value } = counts
  const total = value && MONITOR_STATUSES.reduce((sum, status) => sum + value[status], 0)
  return (
    <>
      <search class="filters">
        <fieldset class="chips host-counts" aria-label="Status">
          <button type="button" aria-pressed={filters.status === ''} onClick={() => onChange({ status: '' })}>
            all <b>{total === null ? '' : formatCount(total)}</b>
          </button>
          {MONITOR_STATUSES.map(status => (
            <button
              key={status}
              type="button"
              aria-pressed={filters.status === status}
              onClick={() => onChange({ status: filters.status === status ? '' : status })}
            >
              <MonitorStatusMark status={status} />
              <b>{value ? formatCount(value[status]) : ''}</b>
            </button>
          ))}
        </fieldset>
        <TypedFilter
          hasShortcut
          label="Search monitors"
          hint="Name, target or label"
          value={filters.q}
          onTyped={q => onChange({ q })}
        />
        <FilterSelect
          label="Type"
          all="All types"
          value={filters.type}
          options={TYPES}
          onChange={type => onChange({ type })}
        />
        <FilterSelect
          label="Label"
          all={filters.label.length === 0 ? 'All labels' : 'and label …'}
          value=""
          options={known.filter(label => !filters.label.includes(label))}
          onChange={label => label !== '' && onChange({ label: [...filters.label, label] })}
        />
        <FilterSelect
          label="Order"
          all={SORTS[0].name}
          value={filters.sort}
          options={OTHER_SORTS}
          onChange={sort => onChange({ sort })}
        />
        {isNarrowed(filters) && (
          <a class="button" href={`/monitors${monitorSearchOf({ sort: filters.sort })}`}>
            Clear
          </a>
        )}
      </search>
      {filters.label.length > 0 && (
        <ul class="matcher-chips" aria-label="Labels">
          {filters.label.map(label => (
            <li key={label}>
              <button
                type="button"
                class="toggle is-on"
                aria-label={`Remove ${label}`}
                onClick={() => onChange({ label: toggledLabel(filters.label, label) })}
              >
                <code>{label}</code> ×
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
