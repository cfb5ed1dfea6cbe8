import { ALERT_SOURCES, ALERT_STATES } from '../../src/contract/values'
import { formatCount } from '../../text/numbers'
import { FilterSelect, PeriodSelect } from '../components/filter-select'
import { type AlertFilters, alertSearchOf, groupNamesOf, isNarrowed } from './filters'
import { SearchBox } from './search-box'
import type { LabelValues } from './suggestions'

interface FilterBarProps {
  filters: AlertFilters
  /** By state; undefined until they are known. */
  states: ReadonlyArray<{ value: string; count: number }> | undefined
  labels: readonly LabelValues[]
  onChange(change: Partial<AlertFilters>): void
}

/** `api` is an implementation's word for whoever sends alerts over Alertmanager's API. */
const SOURCES = ALERT_SOURCES.map(value => ({ value, name: value === 'api' ? 'Prometheus and others' : value }))

/** Filters for alerts: state with counts, search, matchers, source, period and grouping. */
export function FilterBar({ filters, states, labels, onChange }: FilterBarProps) {
  const countOf = (state: string) => states?.find(({ value }) => value === state)?.count
  const open = states && (countOf('firing') ?? 0) + (countOf('suppressed') ?? 0)
  return (
    <>
      <search class="filters">
        <div class="alert-states">
          <fieldset class="chips host-counts" aria-label="State">
            <StateChip label="open" count={open} isOn={filters.state === ''} onClick={() => onChange({ state: '' })} />
            {ALERT_STATES.map(state => (
              <StateChip
                key={state}
                label={state}
                count={state === 'resolved' ? undefined : states && (countOf(state) ?? 0)}
                isOn={filters.state === state}
                onClick={() => onChange({ state: filters.state === state ? '' : state })}
              />
            ))}
          </fieldset>
          <SearchBox
            q={filters.q}
            labels={labels}
            onSearch={q => onChange({ q })}
            onMatcher={text => onChange({ q: '', filter: [...new Set([...filters.filter, text])] })}
          />
        </div>
        <FilterSelect
          label="Source"
          all="All sources"
          value={filters.source}
          options={SOURCES}
          onChange={source => onChange({ source })}
        />
        <PeriodSelect label="Started" value={filters.since} onChange={since => onChange({ since })} />
        <Grouping filters={filters} labels={labels} onChange={onChange} />
        {isNarrowed(filters) && filters.filter.length === 0 && <Clear filters={filters} />}
      </search>
      {filters.filter.length > 0 && (
        <ul class="matcher-chips" aria-label="Matchers">
          {filters.filter.map(text => (
            <li key={text}>
              <button
                type="button"
                class="toggle is-on"
                aria-label={`Remove ${text}`}
                onClick={() => onChange({ filter: filters.filter.filter(each => each !== text) })}
              >
                <code>{text}</code> ×
              </button>
            </li>
          ))}
          <li>
            <Clear filters={filters} />
          </li>
        </ul>
      )}
    </>
  )
}

const Clear = ({ filters: { group_by } }: Pick<FilterBarProps, 'filters'>) => (
  <a class="button" href={`/alerts${alertSearchOf({ group_by })}`}>
    Clear
  </a>
)

interface StateChipProps {
  label: string
  count: number | undefined
  isOn: boolean
  onClick(): void
}

const StateChip = ({ label, count, isOn, onClick }: StateChipProps) => (
  <button type="button" aria-pressed={isOn} onClick={onClick}>
    {label === 'open' ? label : <span class={`status is-alert-${label}`}>{label}</span>}
    <b>{count === undefined ? '' : formatCount(count)}</b>
  </button>
)

type GroupingProps = Pick<FilterBarProps, 'filters' | 'labels' | 'onChange'>

/** Labels that the alerts are grouped by, in their order. */
function Grouping({ filters, labels, onChange }: GroupingProps) {
  const names = groupNamesOf(filters)
  const set = (next: readonly string[]) => onChange({ group_by: next.join(',') })
  const options = labels.map(({ name }) => name).filter(name => !names.includes(name) && !name.includes(','))
  return (
    <>
      {names.map(name => (
        <button
          key={name}
          type="button"
          class="toggle is-on"
          aria-label={`Stop grouping by ${name}`}
          onClick={() => set(names.filter(each => each !== name))}
        >
          by {name} ×
        </button>
      ))}
      <FilterSelect
        label="Group by"
        all={names.length === 0 ? 'Not grouped' : 'and by …'}
        value=""
        options={options}
        onChange={name => name !== '' && set([...names, name])}
      />
    </>
  )
}
