import { useMemo } from 'preact/hooks'
import '../css/agents.page.css'
import { FilterSelect } from '../components/filter-select'
import { TypedFilter } from '../components/typed-filter'
import { AgentSelect, LabelFilter } from '../containers/filter-bar'
import { type ContainerFilters, containerFiltersOf, containerParams, containerSearchOf } from '../containers/filters'
import { MergedContainerLog } from '../containers/merged-container-log'
import { navigate, search } from '../router'
import { useFetch } from '../use-fetch'

/** As many as the server merges. */
const CONTAINERS_MAX = 200
const POLL_MS = 30_000
const MINUTE_MS = 60_000
const PERIODS = [
  { value: '', name: 'Last 15 minutes', ms: 15 * MINUTE_MS },
  { value: '1h', name: 'Last hour', ms: 60 * MINUTE_MS },
  { value: '6h', name: 'Last 6 hours', ms: 360 * MINUTE_MS },
  { value: '24h', name: 'Last 24 hours', ms: 1_440 * MINUTE_MS },
] as const
const [DEFAULT_PERIOD, ...OTHER_PERIODS] = PERIODS

/** The logs of several containers, merged by time. */
export default function ContainerLogsPage() {
  const filters = useMemo(() => ({ ...containerFiltersOf(search.value), status: '' }), [search.value])
  const asked = new URLSearchParams(search.value).get('since') ?? ''
  const period = PERIODS.find(({ value }) => value === asked) ?? DEFAULT_PERIOD
  const key = containerSearchOf(filters)
  const params = { ...containerParams(filters), limit: CONTAINERS_MAX }
  const containers = useFetch('/api/containers', params, { pollMs: POLL_MS })
  const found = containers.value.value
  const names = useMemo(() => namesOf(found?.items ?? []), [found])
  const set = (change: Partial<ContainerFilters>, since = period.value) => {
    const text = containerSearchOf({ ...filters, ...change })
    navigate(`/containers/logs${since === '' ? text : `${text || '?'}${text && '&'}since=${since}`}`, { replace: true })
  }
  return (
    <div class="page fill container-logs-page">
      <header class="page-head">
        <h1>Container logs</h1>
      </header>
      <search class="filters">
        <TypedFilter label="Search containers" hint="Name or image" value={filters.q} onTyped={q => set({ q })} />
        <AgentSelect value={filters.agent} onChange={agent => set({ agent })} />
        <LabelFilter value={filters.label} onChange={label => set({ label })} />
        <FilterSelect
          label="Time"
          all={DEFAULT_PERIOD.name}
          value={period.value}
          options={OTHER_PERIODS}
          onChange={since => set({}, since as typeof period.value)}
        />
        {found?.next_cursor && <span class="hint">Only the first {CONTAINERS_MAX} containers</span>}
      </search>
      {found && (
        <MergedContainerLog key={`${key} ${period.value}`} filters={filters} periodMs={period.ms} names={names} />
      )}
    </div>
  )
}

interface Named {
  id: string
  name: string
  agent_id: string
  agent_name: string
}

/** By id: the name, with that of the machine if there are several. */
function namesOf(containers: readonly Named[]): ReadonlyMap<string, string> {
  const isOne = new Set(containers.map(({ agent_id }) => agent_id)).size < 2
  return new Map(containers.map(({ id, name, agent_name }) => [id, isOne ? name : `${agent_name}/${name}`]))
}
