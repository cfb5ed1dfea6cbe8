import type { FailureGroup } from '../../src/contract/failures'
import { formatCount } from '../../text/numbers'
import { formatAgo, formatUtc } from '../../text/times'
import { now } from '../clock'
import { Empty, Failure } from '../components/empty'
import { useFetch } from '../use-fetch'
import { type JobFilters, jobParams, searchOf } from './filters'

const POLL_MS = 10_000

interface ErrorGroupsProps {
  filters: JobFilters
  max?: number
  /** Shown when there is nothing. */
  empty?: string
}

/** Failed jobs grouped by error. */
export function ErrorGroups({ filters, max = 50, empty = 'No failed jobs' }: ErrorGroupsProps) {
  // Groups have one status and one error each, so neither is a filter here. Child jobs are included.
  const { status: _, fingerprint: __, roots: ___, outcome: ____, ...params } = jobParams(filters)
  const { value, problem, read } = useFetch(
    '/api/failures',
    { ...params, limit: max },
    { pollMs: POLL_MS, name: searchOf(filters) },
  )
  if (problem.value !== '') return <Failure message={problem.value} onRetry={() => void read()} />
  if (!value.value) return <div class="is-loading" aria-busy="true" />
  if (value.value.items.length === 0) return <Empty title={empty} />
  return (
    <ul class="errors" aria-label="Errors">
      {value.value.items.map(group => (
        <ErrorRow key={group.fingerprint} group={group} filters={filters} />
      ))}
    </ul>
  )
}

function ErrorRow({ group, filters }: { group: FailureGroup; filters: JobFilters }) {
  const { fingerprint, kind, code, pattern, example, count, first_at, last_at } = group
  const search = searchOf({ ...filters, status: 'failed', outcome: '', fingerprint })
  return (
    <li class="error-row">
      <b class="error-count">{formatCount(count)}</b>
      <div class="error-what">
        <a href={`/jobs${search}`} title={example}>
          {pattern || code}
        </a>
        <span class="hint">
          {kind} · {code}
        </span>
      </div>
      <span class="hint" title={`${formatUtc(first_at)} to ${formatUtc(last_at)}`}>
        {count > 1 && `first ${formatAgo(first_at, now.value)}, `}last{' '}
        <a href={`/jobs/${group.last_job_id}`}>{formatAgo(last_at, now.value)}</a>
      </span>
    </li>
  )
}
