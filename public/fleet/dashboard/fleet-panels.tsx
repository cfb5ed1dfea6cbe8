import type { HostCounts } from '../../../src/contract/hosts'
import type { Query } from '../../../src/contract/queries'
import { HOST_STATUSES } from '../../../src/contract/values'
import { formatCount } from '../../../text/numbers'
import { Empty, Failure } from '../../components/empty'
import { Status } from '../../components/status'
import { Ago } from '../../components/time'
import { isOperator } from '../../session'
import { nameOf, STATUS_MEANINGS } from '../hosts/host'
import { answeredOf, describeProgress } from '../query/segments'
import { StateBar } from '../query/state-bar'
import { useQueries } from '../query/use-queries'
import { STATE_LABELS } from '../query-result'
import { SqlText } from '../sql-text'
import { keyOf, type RecentAnswer, summaryOf } from './recent-answers'
import { useFleet } from './use-fleet'

const ROWS = 8
const LATEST = { status: '', q: '', host_id: '' }

/** Hosts by status, running queries, and the latest answers. */
export function FleetPanels() {
  const { hosts, answers, problem, read } = useFleet(ROWS)
  const { items: queries, problem: queriesProblem } = useQueries(LATEST)
  const counts = hosts.value?.counts ?? null
  const isEmpty = counts !== null && HOST_STATUSES.every(status => counts[status] === 0)
  return (
    <div class={isEmpty ? 'panels is-single' : 'panels'}>
      <section class="panel fleet-panel" aria-label="Fleet">
        <h2>
          <a href="/hosts">Hosts</a>
        </h2>
        {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
        {isEmpty && <Empty title="No hosts yet">{isOperator.value && <a href="/hosts/add">Add host</a>}</Empty>}
        {counts !== null && !isEmpty && <Hosts counts={counts} />}
        {counts !== null && !isEmpty && <Running queries={queries.value} problem={queriesProblem.value} />}
      </section>
      {!isEmpty && (
        <section class="panel fleet-panel" aria-label="Latest answers">
          <h2>
            <a href="/queries">Latest answers</a>
          </h2>
          {answers.value.length === 0 && <p class="hint">Answers to live queries appear here.</p>}
          <ul class="lines">
            {answers.value.map(answer => (
              <Answer
                key={keyOf(answer)}
                answer={answer}
                query={queries.value?.find(query => query.id === answer.query_id)}
              />
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function Hosts({ counts }: { counts: HostCounts }) {
  return (
    <ul class="fleet-counts" aria-label="Hosts by status">
      {HOST_STATUSES.map(status => (
        <li key={status}>
          <a href={`/hosts?status=${status}`} title={STATUS_MEANINGS[status]}>
            <b>{formatCount(counts[status])}</b>
            <Status status={status} />
          </a>
        </li>
      ))}
    </ul>
  )
}

function Running({ queries, problem }: { queries: Query[] | null; problem: string }) {
  const running = (queries ?? []).filter(query => query.status === 'running')
  return (
    <>
      {problem !== '' && <Failure message={problem} />}
      {queries !== null && running.length === 0 && (
        <p class="fleet-idle hint">No running queries. {isOperator.value && <a href="/queries/new">Run a query</a>}</p>
      )}
      <ul class="lines" aria-label="Running queries">
        {running.slice(0, ROWS).map(query => (
          <RunningQuery key={query.id} query={query} />
        ))}
      </ul>
      {running.length > ROWS && (
        <p class="hint">
          <a href="/queries?status=running">and {formatCount(running.length - ROWS)} more</a>
        </p>
      )}
    </>
  )
}

function RunningQuery({ query: { id, sql, counts } }: { query: Query }) {
  return (
    <li>
      <a class="line-name" href={`/queries/${id}`} title={sql}>
        <SqlText sql={sql} />
      </a>
      <span class="spacer" />
      <span class="fleet-bar" title={describeProgress(counts)}>
        <StateBar counts={counts} />
      </span>
      <span class="hint">
        {formatCount(answeredOf(counts))} of {formatCount(counts.targets)}
      </span>
    </li>
  )
}

function Answer({ answer, query }: { answer: RecentAnswer; query: Query | undefined }) {
  const { host_id, hostname = '', host_identifier = '', query_id, state, error, occurred_at } = answer
  return (
    <li class="fleet-answer">
      <a class={`status is-target-${state}`} href={`/queries/${query_id}`} title={STATE_LABELS[state].meaning}>
        <span class="dot" aria-hidden="true" />
        {summaryOf(answer)}
      </a>
      <a class="line-name" href={`/hosts/${host_id}`}>
        {nameOf({ hostname, host_identifier }) || host_id}
      </a>
      <span class="fleet-answer-text" title={error ?? query?.sql ?? ''}>
        {error ?? (query && <SqlText sql={query.sql} />)}
      </span>
      <span class="hint">
        <Ago time={occurred_at} />
      </span>
    </li>
  )
}
