import type { ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { CONTAINER_STATES } from '../../src/contract/values'
import { formatCount } from '../../text/numbers'
import { FilterSelect } from '../components/filter-select'
import { TypedFilter } from '../components/typed-filter'
import { useFetch } from '../use-fetch'
import { ContainerStatusMark } from './container-status'
import { type ContainerFilters, containerSearchOf } from './filters'
import type { ContainerCounts } from './use-containers'

interface FilterBarProps {
  filters: ContainerFilters
  counts: ReadonlySignal<ContainerCounts | null>
  onChange(change: Partial<ContainerFilters>): void
  children?: ComponentChildren
}

const AGENTS_POLL_MS = 60_000
const AGENTS_MAX = 500
/** Always offered; others only if there are any. */
const USUAL = ['running', 'exited', 'restarting']

/** Filters for containers: state with counts, search, agent and label. */
export function FilterBar({ filters, counts, onChange, children }: FilterBarProps) {
  const { value } = counts
  const states = CONTAINER_STATES.filter(
    state => USUAL.includes(state) || filters.status === state || (value && value[state] > 0),
  )
  const total = value && CONTAINER_STATES.reduce((sum, state) => sum + (state === 'gone' ? 0 : value[state]), 0)
  return (
    <search class="filters">
      <fieldset class="chips host-counts" aria-label="Status">
        <button type="button" aria-pressed={filters.status === ''} onClick={() => onChange({ status: '' })}>
          all <b>{total === null ? '' : formatCount(total)}</b>
        </button>
        {states.map(state => (
          <button
            key={state}
            type="button"
            aria-pressed={filters.status === state}
            onClick={() => onChange({ status: filters.status === state ? '' : state })}
          >
            <ContainerStatusMark state={state} health="none" />
            <b>{value ? formatCount(value[state]) : ''}</b>
          </button>
        ))}
      </fieldset>
      <TypedFilter
        hasShortcut
        label="Search containers"
        hint="Name or image"
        value={filters.q}
        onTyped={q => onChange({ q })}
      />
      <AgentSelect value={filters.agent} onChange={agent => onChange({ agent })} />
      <LabelFilter value={filters.label} onChange={label => onChange({ label })} />
      {containerSearchOf(filters) !== '' && (
        <a class="button" href={location.pathname}>
          Clear
        </a>
      )}
      {children}
    </search>
  )
}

/** Selects one of the agents, by name. */
export function AgentSelect({ value, onChange }: { value: string; onChange(agent: string): void }) {
  const agents = useFetch('/api/agents', { limit: AGENTS_MAX }, { pollMs: AGENTS_POLL_MS })
  const options = agents.value.value?.items.map(({ id, name }) => ({ value: id, name })) ?? []
  return <FilterSelect label="Agent" all="All agents" value={value} options={options} onChange={onChange} />
}

/** A label of the containers: `name=value`, or a name alone. */
export const LabelFilter = ({ value, onChange }: { value: readonly string[]; onChange(label: string[]): void }) => (
  <TypedFilter
    isNarrow
    label="Label"
    hint="Label, name=value"
    value={value.join(' ')}
    onTyped={text => onChange(text.split(/\s+/).filter(Boolean))}
  />
)
