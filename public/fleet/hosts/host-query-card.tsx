import { useSignal } from '@preact/signals'
import { counted, formatCount } from '../../../text/numbers'
import { formatDuration } from '../../../text/times'
import { now } from '../../clock'
import { Failure } from '../../components/empty'
import { Ago } from '../../components/time'
import { isOpen, type QueryResult, STATE_LABELS } from '../query-result'
import { ResultTable } from '../result-table'
import { SqlText } from '../sql-text'
import { TargetStateMark } from '../target-state'
import type { HostQuery } from './host-queries'

interface HostQueryCardProps {
  query: HostQuery
  hostId: string
  /** Whether it is expanded at first. */
  isOpened: boolean
  onEdit?: (sql: string) => void
}

/** A query and the answer of the host. */
export function HostQueryCard({ query, hostId, isOpened, onEdit }: HostQueryCardProps) {
  const { query_id, sql, at, state, result } = query
  const expanded = useSignal<boolean | null>(null)
  const isExpanded = expanded.value ?? isOpened
  return (
    <li class="host-query" data-query={query_id}>
      <header class="host-query-head">
        <button
          type="button"
          class="fold"
          aria-expanded={isExpanded}
          aria-label={`Answer to ${sql || 'the query'}`}
          onClick={() => (expanded.value = !isExpanded)}
        />
        <TargetStateMark state={state} />
        <span class="host-query-sql" title={sql}>
          <SqlText sql={sql} />
        </span>
        <span class="host-query-note">{noteOf(query)}</span>
        <span class="host-query-when hint">
          {isOpen(state) ? formatDuration(now.value - Date.parse(at)) : <Ago time={at} />}
        </span>
      </header>
      {isExpanded && (
        <div class="host-query-body">
          <Answer query={query} />
          <div class="row host-query-links">
            {onEdit && sql !== '' && (
              <button type="button" onClick={() => onEdit(sql)}>
                Edit and run again
              </button>
            )}
            <a href={`/queries/${query_id}`}>View query</a>
            {result && result.row_count > 0 && (
              <a href={`/api/queries/${query_id}/results?host_id=${hostId}&format=csv&bom=1`} download>
                {result.row_count === 1 ? 'CSV' : `CSV of all ${formatCount(result.row_count)} rows`}
              </a>
            )}
          </div>
        </div>
      )}
    </li>
  )
}

function noteOf({ state, result }: HostQuery) {
  if (state === 'completed' && result) return counted(result.row_count, 'row')
  return result?.late ? 'after the deadline' : ''
}

function Answer({ query: { state, result, sql } }: { query: HostQuery }) {
  if (!result) return <p class="host-query-text">{STATE_LABELS[state].meaning}</p>
  if (result.error !== null) {
    return (
      <>
        <Failure message={result.error} />
        {state === 'denylisted' && <p class="hint">{STATE_LABELS.denylisted.meaning}</p>}
      </>
    )
  }
  if (result.row_count === 0) return <p class="host-query-text">{STATE_LABELS.no_rows.meaning}</p>
  return (
    <>
      {result.rows.length > 0 && (
        <ResultTable name={`Rows of ${sql || 'the query'}`} rows={result.rows} columns={result.columns} />
      )}
      <Notes result={result} />
    </>
  )
}

/** Notes on rows that are not shown, and on late answers. */
function Notes({ result: { row_count, rows, late } }: { result: QueryResult }) {
  const left = row_count - rows.length
  return (
    <>
      {left > 0 && (
        <p class="hint">
          {rows.length === 0
            ? 'The rows are too large to show here'
            : `${counted(left, 'more row')} ${left === 1 ? 'is' : 'are'} not shown here`}
          . View the query or download the CSV.
        </p>
      )}
      {late && <p class="hint">The answer arrived after the query's deadline.</p>}
    </>
  )
}
