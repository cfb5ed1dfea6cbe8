import type { ReadonlySignal } from '@preact/signals'
import type { HostCounts } from '../../../src/contract/hosts'
import { HOST_STATUSES } from '../../../src/contract/values'
import { formatCount } from '../../../text/numbers'
import { FilterSelect } from '../../components/filter-select'
import { TypedFilter } from '../../components/typed-filter'
import { useFetch } from '../../use-fetch'
import { type HostFilters, isNarrowed } from './filters'
import { STATUS_MEANINGS } from './host'

interface HostFilterBarProps {
  filters: HostFilters
  counts: ReadonlySignal<HostCounts | null>
  onChange(change: Partial<HostFilters>): void
}

/** Polling interval of platforms and labels. */
const INTERVAL_MS = 60_000

/** Filters for hosts: status with counts, search, platform and label. */
export function HostFilterBar({ filters, counts, onChange }: HostFilterBarProps) {
  const platforms = useFetch('/api/hosts/platforms', {}, { pollMs: INTERVAL_MS })
  const labels = useFetch('/api/labels', { limit: 500 }, { pollMs: INTERVAL_MS })
  const total = counts.value && HOST_STATUSES.reduce((sum, status) => sum + (counts.value?.[status] ?? 0), 0)
  const known = {
    platforms: platforms.value.value?.items.map(each => each.platform) ?? [],
    labels: labels.value.value?.items.map(each => each.name) ?? [],
  }
  return (
    <search class="filters">
      <fieldset class="chips host-counts" aria-label="Status">
        <button type="button" aria-pressed={filters.status === ''} onClick={() => onChange({ status: '' })}>
          all <b>{total === null ? '' : formatCount(total)}</b>
        </button>
        {HOST_STATUSES.map(status => (
          <button
            key={status}
            type="button"
            title={STATUS_MEANINGS[status]}
            aria-pressed={filters.status === status}
            onClick={() => onChange({ status: filters.status === status ? '' : status })}
          >
            <span class={`status is-${status}`}>
              <span class="dot" aria-hidden="true" />
              {status}
            </span>
            <b>{counts.value ? formatCount(counts.value[status]) : ''}</b>
          </button>
        ))}
      </fieldset>
      <TypedFilter
        hasShortcut
        label="Search hosts"
        hint="Search hosts"
        value={filters.q}
        onTyped={q => onChange({ q })}
      />
      <FilterSelect
        label="Platform"
        all="All platforms"
        value={filters.platform}
        options={known.platforms}
        onChange={platform => onChange({ platform })}
      />
      <FilterSelect
        label="Label"
        all="All labels"
        value={filters.label}
        options={known.labels}
        onChange={label => onChange({ label })}
      />
      {isNarrowed(filters) && (
        <a class="button" href="/hosts">
          Clear
        </a>
      )}
    </search>
  )
}
