import type { Query, QueryResult, QueryTarget, TargetState } from '../../src/contract/queries'
import { clean } from '../../text/display'
import { span } from '../output/times'

/** Descriptions of the states of a query's targets, in the order in which they are listed. */
const STATE_TEXTS: Record<TargetState, string> = {
  completed: 'with rows',
  no_rows: 'without',
  failed: 'failed',
  denylisted: 'denylisted',
  expired: 'did not answer',
  offline: 'offline',
  sent: 'running',
  pending: 'pending',
}

/** What the answer of a host and its entry in the list of targets have in common. */
export type Target = Pick<QueryTarget, keyof QueryTarget & keyof QueryResult>

/** `12 of 20 hosts answered (10 with rows, 2 without), 5 running, 3 pending, 48 rows`. */
export function countsText({ counts, row_count }: Pick<Query, 'counts' | 'row_count'>): string {
  const textsOf = (states: readonly TargetState[]) =>
    states.filter(state => counts[state] > 0).map(state => `${counts[state]} ${STATE_TEXTS[state]}`)
  const answers = textsOf(['completed', 'no_rows', 'failed', 'denylisted'])
  const answered = counts.completed + counts.no_rows + counts.failed + counts.denylisted
  const hosts = `${answered} of ${counts.targets} ${counts.targets === 1 ? 'host' : 'hosts'} answered`
  return [
    answers.length ? `${hosts} (${answers.join(', ')})` : hosts,
    ...textsOf(['expired', 'offline', 'sent', 'pending']),
    `${row_count} ${row_count === 1 ? 'row' : 'rows'}`,
  ].join(', ')
}

export function endText(query: Query): string {
  const how = query.status === 'cancelled' ? 'was stopped' : 'ended'
  return `Query ${query.id} ${how} after ${span(query.created_at, query.ended_at)}: ${countsText(query)}.`
}

export const hasAllAnswers = ({ status, counts }: Query) =>
  status === 'completed' && counts.completed + counts.no_rows === counts.targets

/** What went wrong on a host; empty if nothing did. */
export function troubleOf({ state, error }: Pick<Target, 'state' | 'error'>): string {
  if (state === 'completed' || state === 'no_rows') return ''
  return error === null ? STATE_TEXTS[state] : `${STATE_TEXTS[state]}: ${clean(error)}`
}
