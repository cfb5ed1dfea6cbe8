import { useRef } from 'preact/hooks'
import type { Query } from '../../../src/contract/queries'
import { counted } from '../../../text/numbers'
import { ColumnMenu } from '../../components/columns'
import { Empty, Failure } from '../../components/empty'
import { TypedFilter } from '../../components/typed-filter'
import { RESULT_TABLE } from './columns'
import { exportAddress } from './query-actions'
import { ResultsTable } from './results-table'
import { useRows } from './use-rows'
import type { View } from './view'

interface ResultsProps {
  query: Query
  view: View
  set(change: Partial<View>): void
}

/** The rows of all hosts. The server searches, sorts and pages them. */
export function Results({ query, view, set }: ResultsProps) {
  const place = useRef({ isAtTop: true, isAtEnd: true })
  const { rows, version, problem, unseen, refresh } = useRows(
    query,
    view,
    () => place.current.isAtTop || place.current.isAtEnd,
  )
  const isRead = version.value >= 0 && rows.total !== null
  const isNarrowed = view.q !== '' || view.host !== ''
  return (
    <section class="results" aria-label="Rows">
      <div class="filters">
        <TypedFilter hasShortcut label="Search rows" hint="Search rows" value={view.q} onTyped={q => set({ q })} />
        {view.host !== '' && (
          <button type="button" class="toggle is-on" onClick={() => set({ host: '' })}>
            {rows.rowAt(0)?.hostname || 'one host'} ×
          </button>
        )}
        <span class="results-count" role="status">
          {isRead && counted(rows.total ?? 0, 'row')}
        </span>
        {unseen.value > 0 && (
          <button type="button" class="results-unseen" onClick={refresh}>
            {counted(unseen.value, 'new row')}
          </button>
        )}
        <span class="spacer" />
        <a class="button" download href={exportAddress(query.id, 'csv', view)}>
          CSV
        </a>
        <a class="button" download href={exportAddress(query.id, 'ndjson', view)}>
          NDJSON
        </a>
        <ColumnMenu table={RESULT_TABLE} columns={query.columns.map(name => ({ name, title: name }))} />
      </div>
      {problem.value !== '' && <Failure message={problem.value} onRetry={refresh} />}
      {rows.total === 0 && <NoRows query={query} isNarrowed={isNarrowed} />}
      {rows.total !== 0 && (
        <ResultsTable
          key={`${view.host} ${view.q} ${view.sort}`}
          query={query}
          rows={rows}
          version={version.value}
          sort={view.sort}
          q={view.q}
          onSort={sort => set({ sort })}
          onHost={host => set({ host })}
          onPlace={now => (place.current = now)}
        />
      )}
    </section>
  )
}

function NoRows({ query, isNarrowed }: { query: Query; isNarrowed: boolean }) {
  if (isNarrowed) return <Empty title="No rows match" />
  if (query.status === 'running') return <Empty title="No rows yet" />
  return <Empty title="No host returned rows" />
}
