import type { Query } from '../../../src/contract/queries'
import { counted } from '../../../text/numbers'
import { formatAgo, formatUtc } from '../../../text/times'
import { now } from '../../clock'
import { Outcome } from '../../components/outcome'
import { SqlText } from '../sql-text'
import { describeTargets } from './describe-targets'
import { describeProgress } from './segments'
import { StateBar } from './state-bar'

/** A row of the list of queries, with targets and progress. */
export function QueryRow({ query, isCurrent }: { query: Query; isCurrent: boolean }) {
  const { id, sql, counts, row_count, targets, created_at, created_by } = query
  return (
    <li class={`query-row columns-row${isCurrent ? ' is-current' : ''}`} data-query={id}>
      <span class="query-outcome">
        <Outcome of={query} />
      </span>
      <a class="query-subject" href={`/queries/${id}`} title={sql}>
        <SqlText sql={sql} />
      </a>
      <span class="query-progress" title={describeProgress(counts)}>
        <StateBar counts={counts} />
        <span class="hint">{counted(row_count, 'row')}</span>
      </span>
      <span class="query-targets">{describeTargets(targets)}</span>
      <span class="query-who">{created_by.name}</span>
      <time class="query-time number" dateTime={created_at} title={formatUtc(created_at)}>
        {formatAgo(created_at, now.value)}
      </time>
    </li>
  )
}
