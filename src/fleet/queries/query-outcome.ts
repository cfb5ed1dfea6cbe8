import { counted, formatCount } from '../../../text/numbers'
import type { JobOutcome } from '../../contract/jobs'
import type { QueryCounts } from '../../contract/queries'
import { countsOf, type QueryRow } from './query-row'

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
export function outcomeOf(counts: QueryCounts, rows: number): JobOutcome {
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
