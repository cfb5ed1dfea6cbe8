import { counted, formatCount, formatPercent } from '../../../text/numbers'
import { Empty, Failure } from '../../components/empty'
import { useFetchOf } from '../../use-fetch'
import type { Query } from '../query-result'
import type { View } from './view'

interface ValueCount {
  value: string
  rows: number
  hosts: number
}

const LIMIT = 30
const EVERY_MS = 3_000
const ENDED_EVERY_MS = 600_000

interface ValuesProps {
  query: Query
  view: View
  set(change: Partial<View>): void
}

/** How often each value of a column was answered, over all hosts. */
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
  const params = new URLSearchParams({ column, limit: String(LIMIT) })
  const { value, problem, read } = useFetchOf<{ items: ValueCount[] }>(
    `/api/queries/${query.id}/values?${params}`,
    query.status === 'running' ? EVERY_MS : ENDED_EVERY_MS,
  )
  if (problem.value !== '') return <Failure message={problem.value} onRetry={() => void read()} />
  const items = value.value?.items ?? []
  const most = Math.max(1, ...items.map(item => item.rows))
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
              <span class="value-bar" style={{ width: `${(item.rows / most) * 100}%` }} />
            </span>
            <span class="value-count">
              <b>{formatCount(item.rows)}</b> {shareOf(item.rows, query.row_count)}
            </span>
            <span class="value-hosts">{counted(item.hosts, 'host')}</span>
          </li>
        ))}
      </ol>
      {items.length === LIMIT && rest > 0 && <p class="hint">{formatCount(rest)} rows with other values.</p>}
    </>
  )
}

const shareOf = (count: number, of: number) => (of === 0 ? '' : formatPercent(count / of, 1))
