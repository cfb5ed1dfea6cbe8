import { useSignal } from '@preact/signals'
import { counted, formatCount } from '../../../text/numbers'
import { formatDuration } from '../../../text/times'
import { now } from '../../clock'
import { Failure } from '../../components/empty'
import { Ago } from '../../components/time'
import { isOpen, type QueryResult, STATE_WORDS } from '../query-result'
import { ResultTable } from '../result-table'
import { SqlText } from '../sql-text'
import { TargetStateMark } from '../target-state'
import type { HostQuery } from './host-queries'

interface HostQueryCardProps {
  asked: HostQuery
  hostId: string
  /** Shown with its rows from the beginning. */
  isOpened: boolean
  onAgain?: (sql: string) => void
}

/** One query and what the host has said to it. */
export function HostQueryCard({ asked, hostId, isOpened, onAgain }: HostQueryCardProps) {
  const { query_id, sql, at, state, result } = asked
  const fold = useSignal<boolean | null>(null)
  const isUnfolded = fold.value ?? isOpened
  return (
    <li class="asked" data-query={query_id}>
      <header class="asked-head">
        <button
          type="button"
          class="fold"
          aria-expanded={isUnfolded}
          aria-label={`Answer to ${sql || 'the query'}`}
          onClick={() => (fold.value = !isUnfolded)}
        />
        <TargetStateMark state={state} />
        <span class="asked-sql" title={sql}>
          <SqlText sql={sql} />
        </span>
        <span class="asked-note">{noteOf(asked)}</span>
        <span class="asked-when hint">
          {isOpen(state) ? formatDuration(now.value - Date.parse(at)) : <Ago time={at} />}
        </span>
      </header>
      {isUnfolded && (
        <div class="asked-body">
          <Answer asked={asked} />
          <div class="row asked-links">
            {onAgain && sql !== '' && (
              <button type="button" onClick={() => onAgain(sql)}>
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

function Answer({ asked: { state, result, sql } }: { asked: HostQuery }) {
  if (!result) return <p class="asked-says">{STATE_WORDS[state].meaning}</p>
  if (result.error !== null) {
    return (
      <>
        <Failure message={result.error} />
        {state === 'denylisted' && <p class="hint">{STATE_WORDS.denylisted.meaning}</p>}
      </>
    )
  }
  if (result.row_count === 0) return <p class="asked-says">{STATE_WORDS.no_rows.meaning}</p>
  return (
    <>
      {result.rows.length > 0 && (
        <ResultTable name={`Rows of ${sql || 'the query'}`} rows={result.rows} columns={result.columns} />
      )}
      <Rest result={result} />
    </>
  )
}

/** Rows that are not here. */
function Rest({ result: { row_count, rows, late } }: { result: QueryResult }) {
  const left = row_count - rows.length
  return (
    <>
      {left > 0 && (
        <p class="hint">
          {rows.length === 0
            ? 'The rows are too large to show here'
            : `${formatCount(left)} more rows are not shown here`}
          . View the query or download the CSV.
        </p>
      )}
      {late && <p class="hint">The answer arrived after the query's deadline.</p>}
    </>
  )
}
