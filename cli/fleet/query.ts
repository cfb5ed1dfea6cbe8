import type { Query, QueryResult, QueryTarget, TargetState } from '../../src/contract/queries'
import { clean } from '../../text/display'
import { span } from '../output/times'

/** What has become of a query on a host: the words that people read, in the order in which they are told. */
const STATE_WORDS: Record<TargetState, string> = {
  completed: 'with rows',
  no_rows: 'without',
  failed: 'failed',
  denylisted: 'denylisted',
  expired: 'took it and stayed silent',
  offline: 'never came',
  sent: 'at it',
  pending: 'not come yet',
}

/** What the answer of a host and its entry in the list of targets have in common. */
export type Target = Pick<QueryTarget, keyof QueryTarget & keyof QueryResult>

/** `12 of 20 hosts answered (10 with rows, 2 without), 5 at it, 3 not come yet, 48 rows`. */
export function countsText({ counts, row_count }: Pick<Query, 'counts' | 'row_count'>): string {
  const told = (states: readonly TargetState[]) =>
    states.filter(state => counts[state] > 0).map(state => `${counts[state]} ${STATE_WORDS[state]}`)
  const answers = told(['completed', 'no_rows', 'failed', 'denylisted'])
  const answered = counts.completed + counts.no_rows + counts.failed + counts.denylisted
  const hosts = `${answered} of ${counts.targets} ${counts.targets === 1 ? 'host' : 'hosts'} answered`
  return [
    answers.length ? `${hosts} (${answers.join(', ')})` : hosts,
    ...told(['expired', 'offline', 'sent', 'pending']),
    `${row_count} ${row_count === 1 ? 'row' : 'rows'}`,
  ].join(', ')
}

export function endText(query: Query): string {
  const how = query.status === 'cancelled' ? 'was stopped' : 'ended'
  return `Query ${query.id} ${how} after ${span(query.created_at, query.ended_at)}: ${countsText(query)}.`
}

export const hasAllAnswers = ({ status, counts }: Query) =>
  status === 'completed' && counts.completed + counts.no_rows === counts.targets

/** What is wrong with a host, if anything is. */
export function troubleOf({ state, error }: Pick<Target, 'state' | 'error'>): string {
  if (state === 'completed' || state === 'no_rows') return ''
  return error === null ? STATE_WORDS[state] : `${STATE_WORDS[state]}: ${clean(error)}`
}
