import { clean } from '../../text/display'
import { span } from '../output/times'

/** osquery's values are texts, whatever the column's type. */
export type Row = Record<string, string>

/** What has become of a query on a host: the words that people read, in the order in which they are told. */
const STATE_WORDS = {
  completed: 'with rows',
  no_rows: 'without',
  failed: 'failed',
  denylisted: 'denylisted',
  expired: 'took it and stayed silent',
  offline: 'never came',
  sent: 'at it',
  pending: 'not come yet',
}
export type State = keyof typeof STATE_WORDS

export interface Query {
  id: string
  sql: string
  status: 'running' | 'completed' | 'cancelled'
  counts: { targets: number } & Record<State, number>
  row_count: number
  columns: string[]
  deadline_at: string
  created_at: string
  ended_at: string | null
}

/** A host in a query. */
export interface Asked {
  host_id: string
  host_identifier: string
  hostname: string
  state: State
  row_count: number
  error: string | null
  truncated: boolean
  late: boolean
}

/** What one host has answered, as the stream tells it: with the rows that fit into a frame. */
export interface QueryResult extends Asked {
  columns: string[]
  rows: Row[]
}

/** `12 of 20 hosts answered (10 with rows, 2 without), 5 at it, 3 not come yet, 48 rows`. */
export function countsText({ counts, row_count }: Pick<Query, 'counts' | 'row_count'>): string {
  const told = (states: readonly State[]) =>
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
export function troubleOf({ state, error }: Asked): string {
  if (state === 'completed' || state === 'no_rows') return ''
  return error === null ? STATE_WORDS[state] : `${STATE_WORDS[state]}: ${clean(error)}`
}
