import { useMemo } from 'preact/hooks'
import { ColumnMenu, ColumnsHead, columnsLayout } from '../components/columns'
import { Empty } from '../components/empty'
import { ListStatus, LoadMore } from '../components/list-status'
import { PageFrame } from '../components/page-frame'
import { TypedFilter } from '../components/typed-filter'
import { isOldestFirst, turnOrder } from '../created-order'
import { QUERY_TABLE } from '../fleet/query/query-columns'
import { QueryRow } from '../fleet/query/query-row'
import { QUERY_FILTERS, type QueryFilters, useQueries } from '../fleet/query/use-queries'
import { useKeys } from '../keys'
import { navigate, search, setFilters } from '../router'
import { isOperator } from '../session'
import { readFilters, searchOf } from '../url-filters'
import { useRowKeys } from '../use-row-keys'
import { SavedViews } from '../views/saved-views'

const VIEWS = [
  { name: 'All queries', search: '' },
  { name: 'Running', search: '?status=running' },
]
const STATUSES = ['', 'running', 'completed', 'cancelled']

/** All live queries. */
export default function QueriesPage() {
  const filters = useMemo(() => readFilters(QUERY_FILTERS, search.value), [search.value])
  const list = useQueries(filters)
  const current = useRowKeys(list.items, { name: 'query', path: '/queries' })
  const queries = list.items.value ?? []
  useKeys({ c: () => isOperator.value && navigate('/queries/new') })
  return (
    <PageFrame
      page="queries"
      actions={
        isOperator.value && (
          <a class="button primary" href="/queries/new" title="New query (c)">
            New query
          </a>
        )
      }
    >
      <SavedViews page="queries" path="/queries" builtIn={VIEWS} search={searchOf(QUERY_FILTERS, filters)}>
        <ColumnMenu {...QUERY_TABLE} />
      </SavedViews>
      <Filters filters={filters} />
      <ListStatus list={list} empty={<NoQueries isFiltered={Object.values(filters).some(Boolean)} />} />
      {queries.length > 0 && (
        <div class="query-table columns" {...columnsLayout(QUERY_TABLE)}>
          <ColumnsHead
            {...QUERY_TABLE}
            order={{ column: 'query-time', isOldestFirst: isOldestFirst.value, onTurn: turnOrder }}
          />
          <ul aria-label="Queries">
            {queries.map(query => (
              <QueryRow key={query.id} query={query} isCurrent={query.id === current.value} />
            ))}
          </ul>
        </div>
      )}
      <LoadMore list={list} />
    </PageFrame>
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
            onClick={() => setFilters({ status })}
          >
            {status || 'all'}
          </button>
        ))}
      </fieldset>
      <TypedFilter
        hasShortcut
        label="Search queries"
        hint="Search SQL"
        value={filters.q}
        onTyped={q => setFilters({ q })}
      />
      {filters.host_id !== '' && (
        <button type="button" class="toggle is-on" onClick={() => setFilters({ host_id: '' })}>
          one host ×
        </button>
      )}
    </search>
  )
}

function NoQueries({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty title="No queries match">
        <a href="/queries">Show all queries</a>
      </Empty>
    )
  }
  return <Empty title="No queries yet">{isOperator.value && <a href="/queries/new">Run a query</a>}</Empty>
}
