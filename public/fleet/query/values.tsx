import type { Query } from '../../../src/contract/queries'
import { counted, formatCount, formatPercent } from '../../../text/numbers'
import { Empty, Failure } from '../../components/empty'
import { useFetch } from '../../use-fetch'
import type { View } from './view'

const LIMIT = 30
const POLL_MS = 3_000
const ENDED_POLL_MS = 600_000

interface ValuesProps {
  query: Query
  view: View
  set(change: Partial<View>): void
}

/** The most frequent values of a column over all hosts. */
export function Values({ query, view, set }: ValuesProps) {
  const column = view.column || query.columns[0] || ''
  if (column === '') return <Empty title="No rows yet" />
  return (
    <section class="values" aria-label="Values">
      <label class="check-label">
        Column
        <select value={column} onChange={event => set({ column: event.currentTarget.value })}>
          {query.columns.map(name => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Bars key={column} query={query} column={column} onValue={q => set({ view: 'rows', host: '', q })} />
    </section>
  )
}

interface BarsProps {
  query: Query
  column: string
  onValue(value: string): void
}

function Bars({ query, column, onValue }: BarsProps) {
  const pollMs = query.status === 'running' ? POLL_MS : ENDED_POLL_MS
  const params = { id: query.id, column, limit: LIMIT }
  const { value, problem, read } = useFetch('/api/queries/{id}/values', params, { pollMs })
  if (problem.value !== '') return <Failure message={problem.value} onRetry={() => void read()} />
  const items = value.value?.items ?? []
  const max = Math.max(1, ...items.map(item => item.rows))
  const rest = query.row_count - items.reduce((sum, item) => sum + item.rows, 0)
  return (
    <>
      <ol class="value-list">
        {items.map(item => (
          <li key={item.value} class="value">
            <button
              type="button"
              class="link value-name"
              title={`Show the rows with ${item.value}`}
              disabled={item.value === ''}
              onClick={() => onValue(item.value)}
            >
              {item.value === '' ? 'empty' : item.value}
            </button>
            <span class="value-track" aria-hidden="true">
              <span class="value-bar" style={{ width: `${(item.rows / max) * 100}%` }} />
            </span>
            <span class="value-count">
              <b>{formatCount(item.rows)}</b> {shareOf(item.rows, query.row_count)}
            </span>
            <span class="value-hosts">{counted(item.hosts, 'host')}</span>
          </li>
        ))}
      </ol>
      {items.length === LIMIT && rest > 0 && (
        <p class="hint">
          {counted(rest, 'row')} {rest === 1 ? 'has another value' : 'have other values'}.
        </p>
      )}
    </>
  )
}

const shareOf = (count: number, of: number) => (of === 0 ? '' : formatPercent(count / of, 1))
