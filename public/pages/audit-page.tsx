import { useEffect, useMemo } from 'preact/hooks'
import type { AuditRecord } from '../../src/contract/audit'
import { Listing } from '../components/listing'
import { Ago } from '../components/time'
import { PERIODS } from '../jobs/filters'
import { watch } from '../live'
import { usePages } from '../pages-of'
import { navigate, search } from '../router'
import { useSoon } from '../soon'

/** As many rows as the server sends at first. */
const PAGE = 50
const NEWS_MS = 500
const FILTERS = ['action', 'actor_id', 'target_type', 'target_id', 'result', 'since'] as const
type Filters = Partial<Record<(typeof FILTERS)[number], string>>
const RESULTS = { ok: 'completed', refused: 'cancelled', failed: 'failed' }
/** Pages of targets that have one. */
const PAGES: Record<string, (id: string) => string> = {
  job: id => `/jobs/${id}`,
  queue: id => `/queue?queue=${encodeURIComponent(id)}`,
  member: () => '/admin/members',
  host: id => `/hosts/${id}`,
  query: id => `/queries/${id}`,
  label: () => '/hosts/labels',
  pack: () => '/hosts/packs',
  saved_query: () => '/hosts/saved-queries',
  enroll_secret: () => '/hosts/secrets',
}

/** Who changed what, why, and whether that worked; the filter is in the address. */
export function AuditPage() {
  const query = search.value
  const { filters, path } = useMemo(() => readFilters(query), [query])
  const pages = usePages<AuditRecord>(path)
  useNews(pages)
  const set = (change: Filters) => {
    const next = Object.entries({ ...filters, ...change }).filter(([, value]) => value)
    const text = String(new URLSearchParams(next))
    navigate(`/admin/audit${text && `?${text}`}`, { replace: true })
  }
  return (
    <div class="page">
      <h1>Audit log</h1>
      <FilterForm filters={filters} onChange={set} />
      <Listing
        name="Audit log"
        columns={['When', 'Who', 'Did', 'To', 'Result', 'Why', 'Details']}
        pages={pages}
        empty="Nothing was changed, as far as this filter goes."
        row={row => <Row key={row.id} row={row} onFilter={set} />}
      />
    </div>
  )
}

/** Shows new rows as they come, as long as nobody has gone on to older ones. */
function useNews({ items, read }: ReturnType<typeof usePages<AuditRecord>>) {
  const readSoon = useSoon(NEWS_MS, () => {
    if ((items.peek() ?? []).length <= PAGE) void read()
  })
  useEffect(() => watch('events', { onEvent: ({ type }) => type === 'audit' && readSoon() }), [])
}

function readFilters(query: string): { filters: Filters; path: string } {
  const given = new URLSearchParams(query)
  const filters: Filters = Object.fromEntries(
    FILTERS.flatMap(name => (given.get(name) ? [[name, given.get(name) ?? '']] : [])),
  )
  const { since, ...plain } = filters
  const period = PERIODS[since ?? '']
  const asked = { ...plain, ...(period && { since: new Date(Date.now() - period.ms).toISOString() }) }
  return { filters, path: `/api/audit?${new URLSearchParams(asked as Record<string, string>)}` }
}

function FilterForm({ filters, onChange }: { filters: Filters; onChange(change: Filters): void }) {
  const change = (name: keyof Filters) => (event: { currentTarget: { value: string } }) =>
    onChange({ [name]: event.currentTarget.value.trim() })
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Action"
        placeholder="Action, as job.cancel"
        value={filters.action ?? ''}
        onChange={change('action')}
      />
      <input
        type="search"
        aria-label="Target"
        placeholder="Id of the target"
        value={filters.target_id ?? ''}
        onChange={change('target_id')}
      />
      <select aria-label="Result" value={filters.result ?? ''} onChange={change('result')}>
        <option value="">any result</option>
        {Object.keys(RESULTS).map(result => (
          <option key={result}>{result}</option>
        ))}
      </select>
      <select aria-label="When" value={filters.since ?? ''} onChange={change('since')}>
        <option value="">any time</option>
        {Object.entries(PERIODS).map(([period, { name }]) => (
          <option key={period} value={period}>
            {name}
          </option>
        ))}
      </select>
      {Object.keys(filters).length > 0 && (
        <a class="button" href="/admin/audit">
          Clear
        </a>
      )}
    </search>
  )
}

function Row({ row, onFilter }: { row: AuditRecord; onFilter(change: Filters): void }) {
  const { actor, target } = row
  const page = target && PAGES[target.type]
  return (
    <tr>
      <td>
        <Ago time={row.at} />
      </td>
      <td>
        {actor.id === null ? (
          actor.name
        ) : (
          <button type="button" class="link" onClick={() => onFilter({ actor_id: actor.id ?? '' })}>
            {actor.name}
          </button>
        )}
      </td>
      <td>
        <button type="button" class="link" onClick={() => onFilter({ action: row.action })}>
          {row.action}
        </button>
      </td>
      <td class="in-text">
        {target && (
          <>
            {target.type} {page ? <a href={page(target.id)}>{shortOf(target.id)}</a> : shortOf(target.id)}
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

const shortOf = (id: string) => (/^[0-9a-f-]{36}$/.test(id) ? id.slice(-8) : id)
