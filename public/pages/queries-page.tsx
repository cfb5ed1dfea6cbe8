import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Empty, Failure } from '../components/empty'
import { Further } from '../components/near'
import { TypedFilter } from '../components/typed-filter'
import { setInAddress } from '../fleet/address'
import { QueryRow } from '../fleet/query/query-row'
import { type QueryFilters, useQueries } from '../fleet/query/use-queries'
import { isOnControl, useKeys } from '../keys'
import { navigate, search } from '../router'
import { isOperator } from '../session'

const STATUSES = ['', 'running', 'completed', 'cancelled']

/** All live queries, newest first. */
export function QueriesPage() {
  const filters = useMemo<QueryFilters>(() => {
    const query = new URLSearchParams(search.value)
    return { status: query.get('status') ?? '', q: query.get('q') ?? '', host_id: query.get('host_id') ?? '' }
  }, [search.value])
  const { queries, cursor, problem, read, readMore } = useQueries(filters)
  const current = useSignal('')
  const list = queries.value ?? []
  const move = (by: number) => {
    const at = list.findIndex(query => query.id === current.value)
    const next = list[Math.min(list.length - 1, Math.max(0, at + by))]
    if (!next) return
    current.value = next.id
    document.querySelector(`[data-query="${CSS.escape(next.id)}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  useKeys({
    c: () => isOperator.value && navigate('/queries/new'),
    j: () => move(1),
    k: () => move(-1),
    Enter: event => {
      if (isOnControl(event) && event.target instanceof HTMLElement) event.target.click()
      else if (current.value !== '') navigate(`/queries/${current.value}`)
    },
  })
  return (
    <div class="page queries-page">
      <header class="page-head">
        <h1>Queries</h1>
        {isOperator.value && (
          <a class="button primary" href="/queries/new" title="c">
            New query
          </a>
        )}
      </header>
      <Filters filters={filters} />
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      {queries.value === null && problem.value === '' && <div class="is-loading" aria-busy="true" />}
      {queries.value?.length === 0 && <NoQueries isFiltered={Object.values(filters).some(Boolean)} />}
      <ul class="query-list" aria-label="Queries">
        {list.map(query => (
          <QueryRow key={query.id} query={query} isCurrent={query.id === current.value} />
        ))}
      </ul>
      {cursor.value !== null && (
        <Further key={list.length} onFurther={() => void readMore()}>
          Older queries
        </Further>
      )}
    </div>
  )
}

function Filters({ filters }: { filters: QueryFilters }) {
  return (
    <search class="filters">
      <fieldset class="chips" aria-label="Status">
        {STATUSES.map(status => (
          <button
            key={status}
            type="button"
            aria-pressed={filters.status === status}
            onClick={() => setInAddress({ status })}
          >
            {status || 'all'}
          </button>
        ))}
      </fieldset>
      <TypedFilter
        hasKey
        label="Search queries"
        hint="Search SQL"
        value={filters.q}
        onTyped={q => setInAddress({ q })}
      />
      {filters.host_id !== '' && (
        <button type="button" class="toggle is-on" onClick={() => setInAddress({ host_id: '' })}>
          asked of one host ×
        </button>
      )}
    </search>
  )
}

function NoQueries({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty title="No query fits these filters.">
        <a href="/queries">Show all queries</a>
      </Empty>
    )
  }
  return (
    <Empty title="Nothing has been asked yet.">
      {isOperator.value && <a href="/queries/new">Ask the hosts something</a>}
    </Empty>
  )
}
