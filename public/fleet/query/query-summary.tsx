import type { Query } from '../../../src/contract/queries'
import { formatCount } from '../../../text/numbers'
import { elapsedMs, formatDuration, formatUtc } from '../../../text/times'
import { now } from '../../clock'
import { Outcome } from '../../components/outcome'
import { Status } from '../../components/status'
import { Ago } from '../../components/time'
import { SqlText } from '../sql-text'
import { describeTargets } from './describe-targets'
import { describeProgress, segmentsOf } from './segments'
import { StateBar, StateChips } from './state-bar'
import type { View } from './view'

interface QuerySummaryProps {
  query: Query
  view: View
  set(change: Partial<View>): void
}

/** The query, its progress, and the number of hosts in each state. */
export function QuerySummary({ query, view, set }: QuerySummaryProps) {
  const { sql, counts, row_count, created_at, created_by, job_id, targets } = query
  const chosen = view.view === 'hosts' ? view.state : ''
  return (
    <section class="query-summary" aria-label="Progress">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <section class="query-sql" tabIndex={0} aria-label="SQL">
        <SqlText sql={sql} />
      </section>
      <p class="query-facts">
        <Outcome of={query} />
        {query.outcome && <Status status={query.status} />}
        <Remaining query={query} />
        <span>
          <b>{formatCount(row_count)}</b> {row_count === 1 ? 'row' : 'rows'}
        </span>
        <span>{describeProgress(counts)}</span>
        <span class="hint">
          {created_by.name} queried {describeTargets(targets)} <Ago time={created_at} />
        </span>
        <a href={`/jobs/${job_id}`}>Job</a>
      </p>
      {segmentsOf(counts).length > 0 && <StateBar counts={counts} />}
      <StateChips counts={counts} chosen={chosen} onChoose={state => set({ view: 'hosts', state, q: '' })} />
    </section>
  )
}

function Remaining({ query: { status, deadline_at, created_at, ended_at } }: { query: Query }) {
  if (status !== 'running') {
    return <span>took {formatDuration(elapsedMs(created_at, ended_at, now.value) ?? 0)}</span>
  }
  const leftMs = Date.parse(deadline_at) - now.value
  return (
    <span class="query-left" title={`Deadline: ${formatUtc(deadline_at)}`}>
      {leftMs > 0 ? `${leftMs < 60_000 ? `${Math.ceil(leftMs / 1_000)} s` : formatDuration(leftMs)} left` : 'ending'}
    </span>
  )
}
