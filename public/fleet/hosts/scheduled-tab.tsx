import { useMemo } from 'preact/hooks'
import type { ScheduledResult } from '../../../src/contract/scheduled-results'
import { SCHEDULED_ACTIONS } from '../../../src/contract/values'
import { formatUtc } from '../../../text/times'
import { addressOf } from '../../client/address'
import { FilterSelect, PeriodSelect } from '../../components/filter-select'
import { Listing } from '../../components/listing'
import { Ago } from '../../components/time'
import { TypedFilter } from '../../components/typed-filter'
import { sinceParam } from '../../periods'
import { search, setFilters } from '../../router'
import { readFilters } from '../../url-filters'
import { useFetch } from '../../use-fetch'
import { byId, usePagedList } from '../../use-paged-list'

const PAGE_SIZE = 100
/** Polling interval; hosts log every few seconds. */
const INTERVAL_MS = 10_000
/** Polling interval of the names of scheduled queries. */
const NAMES_MS = 60_000
const FILTERS = ['name', 'action', 'q', 'since'] as const

/** The results of scheduled queries on the host. The filters are kept in the URL. */
export function ScheduledTab({ hostId }: { hostId: string }) {
  const base = `/api/hosts/${hostId}/scheduled`
  const query = search.value
  const filters = useMemo(() => readFilters(FILTERS, query), [query])
  const params = useMemo(() => paramsOf(filters), [filters])
  const names = useFetch('/api/hosts/{id}/scheduled/names', { id: hostId }, { pollMs: NAMES_MS })
  const list = usePagedList('/api/hosts/{id}/scheduled', {
    params: { id: hostId, ...params },
    name: `${base}?${query}`,
    idOf: byId,
    pageSize: PAGE_SIZE,
    pollMs: INTERVAL_MS,
  })
  return (
    <>
      <search class="filters">
        <FilterSelect
          label="Scheduled query"
          all="All scheduled queries"
          value={filters.name}
          options={names.value.value?.items.map(each => each.name) ?? []}
          onChange={name => setFilters({ name })}
        />
        <FilterSelect
          label="Action"
          all="Any action"
          value={filters.action}
          options={SCHEDULED_ACTIONS}
          onChange={action => setFilters({ action })}
        />
        <PeriodSelect label="Time" value={filters.since} onChange={since => setFilters({ since })} />
        <TypedFilter
          label="Search scheduled results"
          hint="Search values"
          value={filters.q}
          onTyped={q => setFilters({ q })}
        />
        <span class="spacer" />
        <a class="button" href={addressOf(base, { ...params, format: 'csv', bom: 1 })} download>
          CSV
        </a>
        <a class="button" href={addressOf(base, { ...params, format: 'ndjson' })} download>
          NDJSON
        </a>
      </search>
      <Listing
        name="Scheduled results"
        columns={['Time', 'Query', 'Action', 'Columns']}
        list={list}
        empty={
          Object.keys(params).length === 0
            ? 'No scheduled results yet. They arrive once a pack is enabled for this host.'
            : 'No scheduled results match this filter.'
        }
        row={result => <Row key={result.id} result={result} />}
      />
    </>
  )
}

function paramsOf({ since, ...filters }: Record<(typeof FILTERS)[number], string>): Record<string, string> {
  const given = Object.entries(filters).filter(([, value]) => value !== '')
  return { ...Object.fromEntries(given), ...sinceParam(since) }
}

/** Signs for actions: color alone is not accessible. */
const SIGNS = { added: '+', removed: '−', snapshot: '=' }

function Row({ result: { name, action, at, received_at, counter, columns } }: { result: ScheduledResult }) {
  return (
    <tr>
      <td title={`host time ${formatUtc(at)}, received ${formatUtc(received_at)}`}>
        <Ago time={at} />
      </td>
      <td>
        <button type="button" class="link" onClick={() => setFilters({ name })}>
          {name}
        </button>
      </td>
      <td>
        <span class={`change is-${action}`}>
          {SIGNS[action]} {action}
        </span>
        {action === 'added' && counter === 0 && (
          <span class="tag" title="The query ran for the first time, so this row is not a change.">
            first run
          </span>
        )}
      </td>
      <td
        class="wide"
        title={Object.entries(columns)
          .map(pair => pair.join(': '))
          .join('\n')}
      >
        <dl class="pairs">
          {Object.entries(columns).map(([column, value]) => (
            <div key={column}>
              <dt>{column}</dt>
              <dd>{String(value)}</dd>
            </div>
          ))}
        </dl>
      </td>
    </tr>
  )
}
