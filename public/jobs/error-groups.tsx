import type { FailureGroup, FailureSort } from '../../src/contract/failures'
import { formatCount } from '../../text/numbers'
import { now } from '../clock'
import { Empty, Failure } from '../components/empty'
import { Ago } from '../components/time'
import { useFetch } from '../use-fetch'
import { type JobFilters, jobParams, searchOf } from './filters'

const POLL_MS = 10_000
const HOUR_MS = 3_600_000

interface ErrorGroupsProps {
  filters: JobFilters
  /** `recent`: the latest first, under headings by time; default the most frequent first. */
  sort?: FailureSort
  max?: number
  /** Shown when there is nothing. */
  empty?: string
}

/** What went wrong: failed jobs and bad results, grouped by cause. */
export function ErrorGroups({ filters, sort = 'count', max = 50, empty = 'Nothing went wrong' }: ErrorGroupsProps) {
  // Groups have one status and one error each, so neither is a filter here. Child jobs are included.
  const { status: _, fingerprint: __, roots: ___, outcome: ____, ...params } = jobParams(filters)
  const { value, problem, read } = useFetch(
    '/api/failures',
    { ...params, sort, limit: max },
    { pollMs: POLL_MS, name: searchOf(filters) },
  )
  if (problem.value !== '') return <Failure message={problem.value} onRetry={() => void read()} />
  if (!value.value) return <div class="is-loading" aria-busy="true" />
  const { items } = value.value
  if (items.length === 0) return <Empty title={empty} />
  if (sort === 'count') return <ErrorList label="Errors" groups={items} filters={filters} />
  const isFresh = ({ last_at }: FailureGroup) => now.value - Date.parse(last_at) < HOUR_MS
  return (
    <>
      <h3>In the last hour</h3>
      {items.some(isFresh) ? (
        <ErrorList label="Errors of the last hour" groups={items.filter(isFresh)} filters={filters} />
      ) : (
        <p class="hint">Nothing</p>
      )}
      {!items.every(isFresh) && (
        <>
          <h3>Earlier</h3>
          <ErrorList label="Earlier errors" groups={items.filter(group => !isFresh(group))} filters={filters} />
        </>
      )}
    </>
  )
}

interface ErrorListProps {
  label: string
  groups: FailureGroup[]
  filters: JobFilters
}

const ErrorList = ({ label, groups, filters }: ErrorListProps) => (
  <ul class="errors" aria-label={label}>
    {groups.map(group => (
      <ErrorRow key={group.fingerprint} group={group} filters={filters} />
    ))}
  </ul>
)

function ErrorRow({ group, filters }: { group: FailureGroup; filters: JobFilters }) {
  const { fingerprint, kind, status, code, pattern, example, count, first_at, last_at } = group
  const outcome = status === 'completed' ? 'bad' : ''
  const search = searchOf({ ...filters, status, outcome, fingerprint })
  return (
    <li class="error-row">
      <b class="error-count">{formatCount(count)}</b>
      <a class="error-what" href={`/jobs${search}`} title={example}>
        {(count === 1 ? example : pattern) || code}
      </a>
      <span class="hint">
        {kind} · {status === 'completed' ? 'bad result' : code}
      </span>
      <span class="hint">
        {count > 1 && (
          <span class="error-first">
            first <Ago time={first_at} />,{' '}
          </span>
        )}
        last{' '}
        <a href={`/jobs/${group.last_job_id}`}>
          <Ago time={last_at} />
        </a>
      </span>
    </li>
  )
}
