import { counted, formatCount } from '../../../text/numbers'
import type { JobOutcome } from '../../contract/jobs'
import { type QueryCounts, queryInput } from '../../contract/queries'
import { defineKind } from '../../jobs'
import { countsOf, type QueryRow } from './query-store'

/** What became of the hosts of a query, and how many rows they have sent. */
export type QueryJobResult = QueryCounts & { query_id: string; rows: number }

/**
 * A live query. Hosts fetch and answer it through the web processes; the job determines the targets, reports progress,
 * and ends the query at its deadline. A host that does not answer is a result, not a failure.
 */
export const query = defineKind({
  name: 'query',
  queue: 'fleet',
  input: queryInput,
  outcome: ({ rows, ...counts }: QueryJobResult) => outcomeOf(counts, rows),
  options: { attempts: 3, resumable: true },
})

/** Hosts that gave no answer to the question, by what they did instead. */
const SILENT = {
  failed: 'failed',
  denylisted: 'denylisted',
  offline: 'offline',
  expired: 'did not answer',
  sent: 'stopped early',
  pending: 'not asked',
} as const

/** `1,203 rows from 60 hosts`, `60 of 60 hosts failed`: the answers, and the hosts without one. */
function outcomeOf(counts: QueryCounts, rows: number): JobOutcome {
  const answered = counts.completed + counts.no_rows
  const found = `${counted(rows, 'row')} from ${counted(answered, 'host')}`
  const silent = (Object.keys(SILENT) as (keyof typeof SILENT)[]).filter(state => counts[state] > 0)
  if (!silent.length) return { level: 'ok', text: found }
  const parts = silent.map((state, at) => {
    const of = at === 0 ? ` of ${counted(counts.targets, 'host')}` : ''
    return `${formatCount(counts[state])}${of} ${SILENT[state]}`
  })
  const missing = parts.join(', ')
  return answered === 0 ? { level: 'bad', text: missing } : { level: 'warn', text: `${missing}; ${found}` }
}

/** What a query has come to; null while it runs. */
export function endOf(query: QueryRow): JobOutcome | null {
  if (query.status === 'running') return null
  const outcome = outcomeOf(countsOf(query), query.row_count)
  return query.status === 'completed' ? outcome : { level: 'warn', text: `Cancelled; ${outcome.text}` }
}
