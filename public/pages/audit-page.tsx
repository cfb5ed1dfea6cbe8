import { useMemo } from 'preact/hooks'
import type { AuditRecord } from '../../src/contract/audit'
import { FilterSelect, PeriodSelect } from '../components/filter-select'
import { Listing } from '../components/listing'
import { Ago } from '../components/time'
import { sinceParam } from '../periods'
import { search, setFilters } from '../router'
import { readFilters, searchOf } from '../url-filters'
import { byId, usePagedList } from '../use-paged-list'

const REFRESH_MS = 500
const FILTERS = ['action', 'actor_id', 'target_type', 'target_id', 'result', 'since'] as const
type Filters = Record<(typeof FILTERS)[number], string>
const RESULTS = { ok: 'completed', refused: 'cancelled', failed: 'failed' }
/** Paths of the pages of audit targets, by target type. */
const TARGET_PATHS: Record<string, (id: string) => string> = {
  job: id => `/jobs/${id}`,
  queue: id => `/jobs?queue=${encodeURIComponent(id)}`,
  member: () => '/admin/members',
  host: id => `/hosts/${id}`,
  query: id => `/queries/${id}`,
  schedule: () => '/schedules',
  label: () => '/hosts/labels',
  pack: () => '/hosts/packs',
  saved_query: () => '/hosts/saved-queries',
  enroll_secret: () => '/hosts/secrets',
}

/** The audit log: who changed what and why, and the outcome. The URL holds the filters. */
export default function AuditPage() {
  const filters = useMemo(() => readFilters(FILTERS, search.value), [search.value])
  const { since, ...plain } = filters
  const given = Object.entries(plain).filter(([, value]) => value !== '')
  const list = usePagedList<'/api/audit', true>('/api/audit', {
    params: { ...Object.fromEntries(given), ...sinceParam(since) },
    name: searchOf(FILTERS, filters),
    idOf: byId,
    live: {
      topic: 'events',
      pick: ({ type }) => type === 'audit' || undefined,
      apply: (items, news) => ({ items, stale: news.length }),
      refreshMs: REFRESH_MS,
    },
  })
  return (
    <div class="page">
      <h1>Audit log</h1>
      <FilterForm filters={filters} />
      <Listing
        name="Audit log"
        columns={['Time', 'Actor', 'Action', 'Target', 'Result', 'Reason', 'Details']}
        list={list}
        empty="No audit entries match"
        row={row => <Row key={row.id} row={row} />}
      />
    </div>
  )
}

function FilterForm({ filters }: { filters: Filters }) {
  const change = (name: keyof Filters) => (event: { currentTarget: { value: string } }) =>
    setFilters({ [name]: event.currentTarget.value.trim() })
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Action"
        placeholder="Action, for example job.cancel"
        value={filters.action}
        onChange={change('action')}
      />
      <input
        type="search"
        aria-label="Target"
        placeholder="Target ID"
        value={filters.target_id}
        onChange={change('target_id')}
      />
      <FilterSelect
        label="Result"
        all="Any result"
        value={filters.result}
        options={Object.keys(RESULTS)}
        onChange={result => setFilters({ result })}
      />
      <PeriodSelect label="Time" value={filters.since} onChange={since => setFilters({ since })} />
      {searchOf(FILTERS, filters) !== '' && (
        <a class="button" href="/admin/audit">
          Clear
        </a>
      )}
    </search>
  )
}

function Row({ row }: { row: AuditRecord }) {
  const { actor, target } = row
  const pathOf = target && TARGET_PATHS[target.type]
  return (
    <tr>
      <td>
        <Ago time={row.at} />
      </td>
      <td>
        {actor.id === null ? (
          actor.name
        ) : (
          <button type="button" class="link" onClick={() => setFilters({ actor_id: actor.id ?? '' })}>
            {actor.name}
          </button>
        )}
      </td>
      <td>
        <button type="button" class="link" onClick={() => setFilters({ action: row.action })}>
          {row.action}
        </button>
      </td>
      <td class="in-text">
        {target && (
          <>
            {target.type} {pathOf ? <a href={pathOf(target.id)}>{shortId(target.id)}</a> : shortId(target.id)}
          </>
        )}
      </td>
      <td>
        <span class={`status is-${RESULTS[row.result]}`}>{row.result}</span>
      </td>
      <td class="wide">{row.reason}</td>
      <td class="wide">{row.data !== null && <code>{JSON.stringify(row.data)}</code>}</td>
    </tr>
  )
}

const shortId = (id: string) => (/^[0-9a-f-]{36}$/.test(id) ? id.slice(-8) : id)
