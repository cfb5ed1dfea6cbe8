import { useMemo } from 'preact/hooks'
import { Listing } from '../../components/listing'
import { Ago } from '../../components/time'
import { TypedFilter } from '../../components/typed-filter'
import { useEvery } from '../../every'
import { PERIODS } from '../../jobs/filters'
import { usePages } from '../../pages-of'
import { useReading } from '../../reading'
import { search } from '../../router'
import { setInAddress } from '../address'
import { Choice } from './host-filters'

interface ScheduledResult {
  id: string
  name: string
  action: 'added' | 'removed' | 'snapshot'
  at: string
  received_at: string
  counter: number
  columns: Record<string, string | number>
  decorations: Record<string, string> | null
}

/** As many as the server sends at first. */
const PAGE = 100
/** Hosts log every few seconds. */
const EVERY_MS = 10_000
const ACTIONS = ['added', 'removed', 'snapshot']
/** Names of packs that have logged since are looked for this often. */
const NAMES_MS = 60_000
const FILTERS = ['name', 'action', 'q'] as const

/** What the host has logged of its scheduled queries; the filter is in the address. */
export function ScheduledTab({ hostId }: { hostId: string }) {
  const base = `/api/hosts/${hostId}/scheduled`
  const query = search.value
  const { filters, since, asked } = useMemo(() => readFilters(query), [query])
  const names = useReading<{ items: Array<{ name: string }> }>(`${base}/names`, NAMES_MS)
  const pages = usePages<ScheduledResult>(`${base}?${asked}`)
  useEvery(EVERY_MS, () => {
    // Whoever has gone on to older ones is left alone.
    if ((pages.items.peek() ?? []).length <= PAGE) void pages.read()
  })
  return (
    <>
      <search class="filters">
        <Choice
          name="Scheduled query"
          none="all scheduled queries"
          value={filters.name ?? ''}
          options={names.value.value?.items.map(each => each.name) ?? []}
          onChoose={name => setInAddress({ name })}
        />
        <Choice
          name="Action"
          none="any action"
          value={filters.action ?? ''}
          options={ACTIONS}
          onChoose={action => setInAddress({ action })}
        />
        <select aria-label="When" value={since} onChange={event => setInAddress({ since: event.currentTarget.value })}>
          <option value="">any time</option>
          {Object.entries(PERIODS).map(([period, { name }]) => (
            <option key={period} value={period}>
              {name}
            </option>
          ))}
        </select>
        <TypedFilter
          label="Search scheduled results"
          hint="Search in values"
          value={filters.q ?? ''}
          onTyped={q => setInAddress({ q })}
        />
        <span class="spring" />
        <a class="button" href={`${base}?${asked}&format=csv&bom=1`} download>
          CSV
        </a>
        <a class="button" href={`${base}?${asked}&format=ndjson`} download>
          NDJSON
        </a>
      </search>
      <Listing
        name="Scheduled results"
        columns={['When', 'Query', 'Action', 'Columns']}
        pages={pages}
        empty={
          asked === ''
            ? 'No scheduled results yet. Enable a pack for this host, and they come by themselves.'
            : 'No scheduled result fits this filter.'
        }
        row={result => <Row key={result.id} result={result} />}
      />
    </>
  )
}

function readFilters(query: string) {
  const given = new URLSearchParams(query)
  const filters: Partial<Record<(typeof FILTERS)[number], string>> = Object.fromEntries(
    FILTERS.flatMap(name => (given.get(name) ? [[name, given.get(name) ?? '']] : [])),
  )
  const since = given.get('since') ?? ''
  const period = PERIODS[since]
  const asked = new URLSearchParams({
    ...filters,
    ...(period && { since: new Date(Date.now() - period.ms).toISOString() }),
  })
  return { filters, since, asked: String(asked) }
}

/** An action's sign, so that added and removed are told apart without colour. */
const SIGNS = { added: '+', removed: '−', snapshot: '=' }

function Row({ result: { name, action, at, received_at, counter, columns } }: { result: ScheduledResult }) {
  return (
    <tr>
      <td title={`by the host ${at}, received ${received_at}`}>
        <Ago time={at} />
      </td>
      <td>
        <button type="button" class="link" onClick={() => setInAddress({ name })}>
          {name}
        </button>
      </td>
      <td>
        <span class={`change is-${action}`}>
          {SIGNS[action]} {action}
        </span>
        {action === 'added' && counter === 0 && (
          <span class="tag" title="The query ran for the first time: the row was there before, it is no change.">
            first run
          </span>
        )}
      </td>
      <td class="wide">
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
